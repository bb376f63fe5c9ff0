// Shows the chosen files over the thread and sends them one after the other; what does not go stays, with the reason.
import { ask } from "./leaving.js"
import { isAcceptable, made } from "./outgoing_file.js"
import { upload } from "./uploading.js"

const pane = () => document.getElementById("outgoing")
const isSending = () => pane().hasAttribute("data-sending")
const forms = () => [...pane().querySelectorAll("form")]
const thumbOf = (form) => pane().querySelector(`[aria-controls="${form.id}"]`)
const shown = () => forms().find((form) => !form.hidden)
const box = () => document.getElementById("composer-text")

// `as`: "usual", "document" or "sticker".
export function add(files, as) {
  if (!files.length) return
  const wasClosed = pane().hidden
  pane().hidden = false
  const [first] = files.map((file) => made(pane(), file, as))
  choose(first)
  const { caption } = first.elements
  if (wasClosed && caption.checkVisibility()) [caption.value, box().value] = [box().value, ""] // as it would have gone with it
}

function choose(form) {
  forms().forEach((one) => { one.hidden = one !== form; thumbOf(one).ariaCurrent = String(one === form) })
  const { caption } = form.elements
  if (caption.checkVisibility() && matchMedia("(hover: hover)").matches) caption.focus()
  else pane().focus()
}

function remove(form) {
  thumbOf(form).remove()
  form.remove()
  if (forms().length) choose(shown() ?? forms()[0])
  else close()
}

function close() {
  box().value ||= forms()[0]?.elements.caption.value ?? ""
  pane().querySelectorAll(".outgoing__file, .outgoing__thumb").forEach((one) => one.remove())
  pane().hidden = true
  box().dispatchEvent(new Event("input", { bubbles: true }))
  box().focus()
  document.dispatchEvent(new CustomEvent("thread-uncovered"))
}

async function send() {
  const mine = pane()
  if (isSending()) return
  mine.toggleAttribute("data-sending", true)
  for (let form = forms()[0]; form; [form] = forms()) {
    choose(form)
    if (!isAcceptable(pane(), form) || !await upload(form)) break
    remove(form)
  }
  mine.removeAttribute("data-sending")
}

// The first caption goes back into the composer, so only the others would be lost.
const leave = () => (forms().slice(1).some((form) => form.elements.caption.value) ? ask(close) : close())

const choice = (thumb) => choose(document.getElementById(thumb.getAttribute("aria-controls")))
const acts = { send, choice, close: leave, remove: () => (forms().length > 1 ? remove(shown()) : close()), cancel: () => htmx.trigger(shown(), "htmx:abort") }
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-outgoing]")
  acts[button?.dataset.outgoing]?.(button)
})
document.addEventListener("keydown", (event) => {
  if (!pane() || pane().hidden || event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return
  if (event.key === "Escape") { event.preventDefault(); acts[isSending() ? "cancel" : "close"]() }
  if (event.key === "Enter" && !event.shiftKey && event.target.name === "caption") { event.preventDefault(); send() }
})
