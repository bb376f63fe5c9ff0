// Keeps the reader's place in the thread: at the bottom it follows, elsewhere nothing moves, and a reload comes back to it.
import { openId } from "./selection.js"

const NEAR = 60
const box = () => document.getElementById("thread")
export const isAtBottom = () => box() && box().scrollHeight - box().scrollTop - box().clientHeight < NEAR
export const goDown = () => { if (box()) box().scrollTop = box().scrollHeight }

const place = () => `recado.place.${openId()}`
let before, missed = 0

// The first bubble in view and how far below the top it stands.
function anchor() {
  const top = box().getBoundingClientRect().top
  const first = [...box().querySelectorAll(".message")].find((one) => one.getBoundingClientRect().bottom > top)
  return first && { id: first.id, offset: first.getBoundingClientRect().top - top }
}

function returnTo(at) {
  const bubble = at && document.getElementById(at.id)
  if (!bubble || !box().contains(bubble)) return false
  box().scrollTop += bubble.getBoundingClientRect().top - box().getBoundingClientRect().top - at.offset
  return true
}

function arrive() {
  missed = 0
  if (!box()) return
  box().addEventListener("scroll", look, { passive: true })
  const bar = box().querySelector(".unread-bar")
  const kept = JSON.parse(sessionStorage.getItem(place()) ?? "null")
  if (bar) bar.scrollIntoView({ block: "start" })
  else if (!returnTo(kept)) goDown()
  look()
}

function look() {
  if (isAtBottom()) missed = 0
  sessionStorage.setItem(place(), JSON.stringify(isAtBottom() ? null : anchor() ?? null))
  const button = document.querySelector(".to-bottom")
  button.hidden = isAtBottom()
  const count = button.querySelector(".to-bottom__count")
  count.textContent = missed
  count.hidden = !missed
}

document.addEventListener("htmx:before:swap", () => {
  before = box() && { thread: openId(), bottom: isAtBottom(), anchor: anchor(), seen: inbound() }
})
document.addEventListener("htmx:after:swap", () => {
  if (!before || !box() || before.thread !== openId()) return
  if (before.bottom) goDown()
  else returnTo(before.anchor)
  missed += before.bottom ? 0 : Math.max(0, newest() - before.seen)
  look()
})
const positions = () => [...(box()?.querySelectorAll('[data-direction="in"]') ?? [])].map((one) => Number(one.dataset.position))
export const newest = () => positions().reduce((a, b) => Math.max(a, b), 0)
const inbound = newest

document.addEventListener("conversation-opened", arrive)
document.addEventListener("message-sent", goDown)
document.addEventListener("click", (event) => { if (event.target.closest(".to-bottom")) goDown() })
