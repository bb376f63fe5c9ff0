// A private note: Enter keeps it, "@" offers colleagues, and what is typed stays until it is kept.
import { post } from "./csrf.js"
import { suggest } from "./suggestions.js"
import { toast } from "./toast.js"

const form = () => document.getElementById("note")
const box = () => document.getElementById("note-text")
let waiting

suggest({
  box,
  list: () => document.getElementById("colleagues"),
  begins: /(?:^|[^\p{L}\p{N}])@((?:[\p{L}\p{N}]+ )*[\p{L}\p{N}]*)(?<! )$/u,
  put: (option, from) => box().setRangeText(option.dataset.words, from, box().selectionStart, "end"),
})

document.addEventListener("keydown", (event) => {
  if (event.target !== box() || event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return
  event.preventDefault()
  form().requestSubmit()
})
document.addEventListener("input", ({ target }) => {
  if (target !== box() || form().action.match(/notes\/\d+$/)) return // another wording of one that is there is no draft
  const { conversationId } = form().dataset, text = target.value
  clearTimeout(waiting)
  waiting = setTimeout(() => post(`/c/${conversationId}/notes/draft`, { text }).catch(() => {}), 500)
})
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id === "note") clearTimeout(waiting)
})
document.addEventListener("htmx:after:swap", () => { // one's own note to be changed, or what was wrong with one
  const opening = document.querySelector("#note[data-opens]")
  opening?.removeAttribute("data-opens")
  opening?.showPopover()
  if (opening) requestAnimationFrame(() => box()?.focus()) // after the menu that led here has given the focus back
})
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id !== "note") return
  if (ctx.text === undefined) toast(form().dataset.offline)
  else if (ctx.response.status === 200) document.getElementById("composer-text")?.focus()
})
