// Arrow keys go from one row, bubble or menu entry to the next; each such list is one stop of the Tab key.
const LISTS = [
  { box: "#list, #conversation-list", entry: "a[href^='/c/']:not(.row__menu)", isLast: false },
  { box: "#thread", entry: "article.message", isLast: true },
  { box: "[popover][id$='-menu']", entry: "button, a, summary, input" },
]
const entriesOf = ({ entry }, box) => [...box.querySelectorAll(entry)].filter((one) => one.checkVisibility())
const FIELDS = "textarea, select, audio, video, [contenteditable], input:not([type=checkbox], [type=file])"

export function goTo(element) {
  element?.focus({ preventScroll: true })
  element?.scrollIntoView({ block: "nearest" })
}

const NEAR = 0.7 // of the window: what PageUp and PageDown go
const top = (element) => element.getBoundingClientRect().top
function next(key, all, at) {
  if (at < 0) return all[key === "ArrowDown" || key === "Home" ? 0 : all.length - 1]
  const near = all.filter((one) => Math.abs(top(one) - top(all[at])) < innerHeight * NEAR)
  return { ArrowUp: all[Math.max(0, at - 1)], ArrowDown: all[at + 1] ?? all[at], Home: all[0], End: all.at(-1), PageUp: near[0], PageDown: near.at(-1) }[key]
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || target.matches(FIELDS)) return
  const list = LISTS.find(({ box }) => target.closest(box))
  if (!list || !/^(Arrow(Up|Down)|Home|End|Page(Up|Down))$/.test(key)) return
  const all = entriesOf(list, target.closest(list.box))
  if (!all.length) return
  event.preventDefault()
  goTo(next(key, all, all.indexOf(target.closest(list.entry))))
})

// One stop: where the focus was last; at first the open conversation, the newest message.
function settle() {
  for (const { box, entry, isLast } of LISTS.slice(0, 2)) {
    const all = [...document.querySelector(box)?.querySelectorAll(entry) ?? []]
    const kept = all.find((one) => one.hasAttribute("data-local-stop"))
    const stop = kept ?? (isLast ? all.at(-1) : all.find((one) => one.closest("[aria-current]")) ?? all[0])
    for (const one of all) {
      const index = one === stop ? "0" : "-1"
      if (one.getAttribute("tabindex") !== index) one.setAttribute("tabindex", index)
    }
  }
}
document.addEventListener("focusin", ({ target }) => {
  const list = LISTS.slice(0, 2).find(({ box }) => target.closest(box))
  const entry = list && target.closest(list.entry)
  if (!entry) return
  for (const one of entry.closest(list.box).querySelectorAll("[data-local-stop]")) one.removeAttribute("data-local-stop")
  entry.setAttribute("data-local-stop", "")
  settle()
})
document.addEventListener("htmx:after:swap", settle)
settle()
