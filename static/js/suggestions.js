// A list over a text box while somebody writes: letters filter, arrows and Enter choose, Esc goes on writing.

export const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")

// `box`, `list`: ask for the elements, which come and go. `begins`: what opens it, up to the cursor; its group is what
// filters. `put(option, from)`: the chosen one takes the place of what stands from there to the cursor. `fill(wanted)`: draws
// the options that fit, where they are too many for the server to send them all.
export function suggest({ box, list, begins, put, fill }) {
  let from = null // where what is replaced begins; null while nothing is offered
  const options = () => [...list().querySelectorAll('[role="option"]:not([hidden])')]
  const current = () => list().querySelector('[aria-selected="true"]')

  function close() {
    if (from === null) return
    from = null
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
  }

  async function open(at) {
    from = at
    if (!fill) await htmx.ajax("GET", list().dataset.from, { target: list(), swap: "innerHTML" })
    if (from === null || !list().firstElementChild) return
    box().setAttribute("aria-controls", list().firstElementChild.id)
    filter()
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
    const found = target.value.slice(0, target.selectionStart).match(begins)
    if (!found) close()
    else if (from === null) open(target.selectionStart - found[1].length - 1)
    else if (list().firstElementChild) filter() // else it is still on its way
  })
  document.addEventListener("keydown", (event) => {
    if (event.target !== box() || from === null || list().hidden || event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code], left = options()
    if (step && left.length) choose(left.at((left.indexOf(current()) + step) % left.length))
    else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey && left.length) take(current())
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
  document.addEventListener("conversation-opened", () => { from = null })
  return { open }
}
