// Arrow keys go from one row, bubble, filter or menu entry to the next; each such list is one stop of the Tab key.
const LISTS = [
  { box: ".filters", entry: "[role=tab]", isLine: true },
  { box: "#list", entry: ".row__link", across: ".row__link, .row__menu, .row__choice input" },
  { box: "#thread", entry: "article.message", isLast: true },
  { box: "[popover][id$='-menu']", entry: "button, a, summary, input" },
]
const SEVERAL = LISTS.slice(0, 3) // whose entries would each be a stop
const FIELDS = "textarea, select, audio, video, [contenteditable], input:not([type=checkbox], [type=file])"
const visible = (box, selector) => [...box.querySelectorAll(selector)].filter((one) => one.checkVisibility())

function goTo(element) {
  element.focus({ preventScroll: true })
  element.scrollIntoView({ block: "nearest", inline: "nearest" })
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
  const isSideways = key === "ArrowLeft" || key === "ArrowRight"
  if (!list || isSideways && !list.across && !list.isLine || !isSideways && !/^(Arrow(Up|Down)|Home|End|Page(Up|Down))$/.test(key)) return
  const box = isSideways && list.across ? target.closest(".row") : target.closest(list.box)
  const all = box ? visible(box, box.matches(".row") ? list.across : list.entry) : []
  if (!all.length) return
  event.preventDefault()
  const own = all.includes(target) ? target : target.closest(list.entry) ?? all.find((one) => one.closest(".row") === target.closest(".row"))
  goTo(next({ ArrowLeft: "ArrowUp", ArrowRight: "ArrowDown" }[key] ?? key, all, all.indexOf(own)))
})

// One stop: where the focus was last; at first the open conversation, the newest message, the chosen filter.
function settle() {
  for (const { box, entry, isLast, across } of SEVERAL) {
    const all = [...document.querySelector(box)?.querySelectorAll(entry) ?? []]
    const kept = all.find((one) => one.hasAttribute("data-local-stop"))
    const first = all.find((one) => one.closest("[aria-current=true], [aria-selected=true]")) ?? all[0]
    const stop = kept ?? (isLast ? all.at(-1) : first)
    const beside = across ? document.querySelectorAll(`#list .row :is(${across})`) : []
    for (const one of new Set([...all, ...beside])) {
      const index = one === stop ? "0" : "-1"
      if (one.getAttribute("tabindex") !== index) one.setAttribute("tabindex", index)
    }
  }
}
document.addEventListener("focusin", ({ target }) => {
  const list = SEVERAL.find(({ box }) => target.closest(box))
  const entry = list && target.closest(list.entry)
  if (!entry) return
  for (const one of entry.closest(list.box).querySelectorAll("[data-local-stop]")) one.removeAttribute("data-local-stop")
  entry.setAttribute("data-local-stop", "")
  settle()
})
document.addEventListener("htmx:after:swap", settle)
settle()
