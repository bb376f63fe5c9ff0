// A list over a text box while somebody writes: letters filter, arrows and Enter choose, Esc goes on writing.

export const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")

// `box`, `list`: ask for the elements, which come and go. `begins`: what opens it, up to the cursor; its group is what
// filters. `put(option, from)`: the chosen one takes the place of what stands from there to the cursor. `fill(wanted)`: draws
// the options that fit, where they are too many for the server to send them all.
export function suggest({ box, list, begins, put, fill }) {
  let from = null // where what is replaced begins; null while nothing is offered
  let coming = null, goesOn = false // the options are on their way; Enter came before them
  let asked = null // the request for them: who closes the list and opens it again meanwhile waits for the same one
  const options = () => [...list().querySelectorAll('[role="option"]:not([hidden])')]
  const current = () => list().querySelector('[aria-selected="true"]')

  function close() {
    if (from === null) return
    from = coming = null
    goesOn = false
    list().hidden = true
    for (const name of ["aria-controls", "aria-activedescendant"]) box().removeAttribute(name)
  }

  function choose(option) {
    current()?.setAttribute("aria-selected", "false")
    option?.setAttribute("aria-selected", "true")
    option?.scrollIntoView({ block: "nearest" })
    box().setAttribute("aria-activedescendant", option?.id ?? "")
  }

  async function filter() {
    const wanted = plain(box().value.slice(from, box().selectionStart).replace(/^\W/, ""))
    await fill?.(wanted)
    if (from === null || !list()) return
    for (const option of list().querySelectorAll('[role="option"]')) option.hidden = !plain(option.dataset.says).includes(wanted)
    const none = list().querySelector("[data-none]"), nothing = !options().length
    if (none) none.hidden = !nothing
    list().hidden = !none && nothing
    choose(options().find(({ dataset }) => plain(dataset.says).startsWith(wanted)) ?? options()[0])
    if (goesOn && current()) take(current())
  }

  async function ask() {
    const answer = asked ??= htmx.ajax("GET", list().dataset.from, { target: list(), swap: "innerHTML" })
    try { await answer } finally { if (asked === answer) asked = null }
  }

  async function open(at) {
    from = at
    const mine = coming = {}
    if (!fill) await ask()
    if (coming !== mine) return
    if (!list().firstElementChild) return close() // it did not come: the next letter asks again
    box().setAttribute("aria-controls", list().firstElementChild.id)
    await filter()
    if (coming === mine) { coming = null; goesOn = false }
  }

  function take(option) {
    const start = from
    close()
    put(option, start)
    box().dispatchEvent(new Event("input", { bubbles: true }))
    box().focus()
  }

  document.addEventListener("input", ({ target }) => {
    if (target !== box()) return
    goesOn = false
    const found = target.value.slice(0, target.selectionStart).match(begins)
    if (!found) close()
    else if (from === null) open(target.selectionStart - found[1].length - 1)
    else if (list().firstElementChild) filter() // else it is still on its way
  })
  document.addEventListener("keydown", (event) => {
    if (event.target !== box() || from === null || list().hidden && (fill || !coming) || event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code], left = list().hidden ? [] : options()
    const takes = ["Enter", "Tab"].includes(event.key) && !event.shiftKey
    if (step && left.length) choose(left.at((left.indexOf(current()) + step) % left.length))
    else if (takes && left.length) take(current())
    else if (takes && coming) goesOn = true
    else if (event.key === "Escape") close()
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
  }, true)
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.('[role="option"]')
    if (option && list()?.contains(option)) { event.preventDefault(); take(option) }
    else if (!event.target.closest?.("[data-opens-suggestions]")) close()
  })
  document.addEventListener("conversation-opened", () => { from = coming = asked = null; goesOn = false })
  return { open }
}
