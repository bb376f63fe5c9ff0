// Select mode: boxes at the left of the messages, and a bar below with what can be done with all that are chosen.
import { transcript } from "./copying.js"
import { toast } from "./toast.js"

const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../css/selection.css", import.meta.url) })
document.head.append(styles)

const thread = () => document.getElementById("thread")
const bar = () => document.getElementById("selection")
const isOn = () => thread()?.hasAttribute("data-local-selecting")
const messages = () => [...thread().querySelectorAll("article.message")]
const chosen = () => messages().filter((one) => one.hasAttribute("data-local-chosen"))

function boxOf(message) {
  const box = message.querySelector(":scope > .selection__box")
    ?? Object.assign(document.createElement("input"), { type: "checkbox", className: "selection__box", ariaLabel: transcript([message]) })
  if (!box.isConnected) message.prepend(box)
  return box
}

function show() {
  if (!isOn()) return
  bar().hidden = false // also in a page that was fetched anew
  for (const one of messages()) boxOf(one).checked = one.hasAttribute("data-local-chosen")
  const all = chosen()
  bar().querySelector(".selection__number").textContent = all.length
  bar().querySelectorAll(".selection__action").forEach((one) => { one.disabled = !all.length })
  bar().querySelector(".selection__ids").replaceChildren(...all.map((one) =>
    Object.assign(document.createElement("input"), { type: "hidden", name: "message", value: one.dataset.message })))
}

function toggle(message) {
  message.toggleAttribute("data-local-chosen")
  show()
}

// `id`: the first that is chosen; "" for none, then the focus waits at the last that is in view.
export function begin(id) {
  thread().setAttribute("data-local-selecting", "")
  const first = document.getElementById(`message-${id}`), { bottom } = thread().getBoundingClientRect()
  first?.setAttribute("data-local-chosen", "")
  show()
  const at = first ?? messages().findLast((one) => one.getBoundingClientRect().top < bottom)
  if (at) boxOf(at).focus({ preventScroll: true })
}

function end() {
  if (!isOn()) return
  for (const one of messages()) { boxOf(one).remove(); one.removeAttribute("data-local-chosen") }
  thread().removeAttribute("data-local-selecting")
  bar().hidden = true
  document.getElementById("composer-text")?.focus({ preventScroll: true })
}

async function copy({ dataset }) {
  try { await navigator.clipboard.writeText(transcript(chosen())); toast(dataset.copied); end() } catch { toast(dataset.notCopied) }
}

function download() {
  for (const media of thread().querySelectorAll('[data-local-chosen] .media[data-media="there"]')) {
    const link = Object.assign(document.createElement("a"), { href: `/media/${media.id.slice(6)}`, download: "" })
    link.click()
  }
  end()
}

document.addEventListener("click", (event) => {
  const { target } = event
  const action = target.closest("[data-select]")
  if (action?.dataset.select === "end") end()
  else if (action?.dataset.select === "copy") copy(action)
  else if (action?.dataset.select === "download") download()
  else if (isOn() && target.closest("#thread article.message")) {
    if (!target.matches(".selection__box")) event.preventDefault()
    event.stopPropagation()
    toggle(target.closest("article.message"))
  }
}, true)
document.addEventListener("htmx:after:swap", show)
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.response?.status === 200 && ctx.request.method === "POST" && ctx.sourceElement.closest("#selection, #forward")) end()
})
