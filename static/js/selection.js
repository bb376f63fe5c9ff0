// Keeps the list's mark, the address and this browser's last conversation on the one that is open.
import { forget, remember } from "./last_conversation.js"

export const openId = () => document.getElementById("thread")?.dataset.thread ?? null

function mark() {
  for (const row of document.querySelectorAll("#conversation-list > .row")) {
    const isOpen = row.dataset.conversation === openId()
    if (isOpen !== row.hasAttribute("aria-current")) {
      if (isOpen) row.setAttribute("aria-current", "true")
      else row.removeAttribute("aria-current")
    }
  }
}

let shown
function follow() {
  mark()
  const pane = document.getElementById("pane")
  if (pane === shown) return
  shown = pane
  if (openId()) remember(openId())
  document.getElementById("app").toggleAttribute("data-opened", Boolean(openId()))
  document.dispatchEvent(new CustomEvent("conversation-opened", { detail: { id: openId(), cursor: Number(pane.dataset.cursor) } }))
}

let focused
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  focused = document.activeElement?.closest(".row")?.id
  if (ctx.target?.id === "pane" && ctx.target.contains(document.activeElement)) document.activeElement.blur() // removed with the focus it costs a layout of both
})
document.addEventListener("htmx:after:swap", () => {
  follow()
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true })
})
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-conversation]")) forget()
})
queueMicrotask(follow)
