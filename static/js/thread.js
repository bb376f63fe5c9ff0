// Keeps the reader's place in the thread: at the bottom it follows, elsewhere nothing moves, and a reload comes back to it.
import { openId } from "./selection.js"

const NEAR = 60
const box = () => document.getElementById("thread")
export const isAtBottom = () => box() && box().scrollHeight - box().scrollTop - box().clientHeight < NEAR
export const goDown = () => { if (box()) box().scrollTop = box().scrollHeight }
const place = () => `recado.place.${openId()}`
let before, missed = 0
let comesBack = performance.getEntriesByType("navigation")[0]?.type !== "navigate" // reloaded, or by "back"

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
  const kept = comesBack && JSON.parse(sessionStorage.getItem(place()) ?? "null")
  comesBack = false
  if (!box()) return
  box().addEventListener("scroll", look, { passive: true })
  const bar = box().querySelector(".unread-bar")
  if (!returnTo(kept)) bar ? bar.scrollIntoView({ block: "start" }) : goDown()
  look()
}

function look() {
  const button = document.querySelector(".to-bottom")
  button.hidden = isAtBottom()
  if (isAtBottom()) missed = 0
  sessionStorage.setItem(place(), JSON.stringify(isAtBottom() ? null : anchor() ?? null))
  Object.assign(button.querySelector(".to-bottom__count"), { textContent: missed, hidden: !missed })
}

// A message so late that it belongs above all that is loaded comes with the page of older ones, not before.
const isAbove = (task, oldest) => task.swapSpec.style === "upsert" && task.fragment.querySelector(".message")?.dataset.k < oldest
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (ctx.request?.method === "GET" || !document.querySelector(`#older-${openId()} a`)) return
  const oldest = box().querySelector(".message").dataset.k
  tasks.splice(0, Infinity, ...tasks.filter((task) => !isAbove(task, oldest)))
})

document.addEventListener("htmx:before:swap", () => {
  const bottom = isAtBottom()
  before = box() && { thread: openId(), bottom, anchor: bottom ? null : anchor(), seen: bottom ? 0 : newest() }
})
document.addEventListener("htmx:after:swap", () => {
  if (!before || !box() || before.thread !== openId()) return
  if (before.bottom) return goDown()
  returnTo(before.anchor)
  missed += positions().filter((one) => one > before.seen).length
  look()
})
const positions = () => [...(box()?.querySelectorAll('[data-direction="in"]') ?? [])].map((one) => Number(one.dataset.position))
export const newest = () => positions().reduce((a, b) => Math.max(a, b), 0)

document.addEventListener("conversation-opened", arrive)
document.addEventListener("message-sent", goDown)
document.addEventListener("click", (event) => { if (event.target.closest(".to-bottom")) goDown() })
