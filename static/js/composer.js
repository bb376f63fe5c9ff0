// Sends with Enter, never loses what is typed, and clears exactly what was sent once the server has it.
import { toast } from "./toast.js"

const form = () => document.getElementById("composer")
const box = () => form()?.elements.text
const isEmpty = () => !box().value.trim() && !form().querySelector('[name="with_file"]') // which a quick reply may have
let sent, again = false

function fit() {
  if (!box() || CSS.supports("field-sizing", "content")) return
  box().style.height = "auto"
  box().style.height = `${box().scrollHeight}px`
}

const sends = (event) => event.ctrlKey || event.metaKey || !event.shiftKey && document.getElementById("app").hasAttribute("data-enter-sends")
document.addEventListener("keydown", (event) => {
  if (event.target !== box() || event.key !== "Enter" || !sends(event) || event.isComposing || event.keyCode === 229) return
  event.preventDefault()
  if (isEmpty()) return
  if (form().hasAttribute("data-local-sending")) again = true
  else form().requestSubmit()
})
document.addEventListener("keydown", (event) => {
  const isTyping = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing
  if (isTyping && box() && !event.target.closest("input, textarea, select, button, a, emoji-picker, [contenteditable]")) box().focus()
})
document.addEventListener("input", (event) => { if (event.target === box()) fit() })

const isOurs = (event) => event.detail.ctx?.sourceElement?.id === "composer"

document.addEventListener("htmx:before:request", (event) => {
  if (!isOurs(event)) return
  if (form().hasAttribute("data-local-sending") || isEmpty()) return event.preventDefault()
  sent = { text: box().value, thread: form().dataset.conversationId }
  form().setAttribute("data-local-sending", "")
})
document.addEventListener("htmx:finally:request", (event) => {
  if (!isOurs(event) || !form()) return
  form().removeAttribute("data-local-sending")
  const { response, text } = event.detail.ctx
  if (text === undefined) toast(form().dataset.offline)
  else if (response.status === 200 && form().dataset.conversationId === sent.thread) {
    if (box().value.startsWith(sent.text)) box().value = box().value.slice(sent.text.length).replace(/^\n/, "")
    box().dispatchEvent(new Event("input", { bubbles: true }))
    document.dispatchEvent(new CustomEvent("message-sent"))
    if (again && box().value.trim()) form().requestSubmit()
  }
  again = false
})
document.addEventListener("conversation-opened", ({ detail }) => {
  fit()
  if (!detail.id) return
  box().setSelectionRange(box().value.length, box().value.length) // what is typed goes on where the draft ends
  if (matchMedia("(hover: hover)").matches) box().focus({ preventScroll: true })
})
