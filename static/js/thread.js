// Keeps the reader's place in the thread: at the bottom it follows, elsewhere nothing moves, and a reload comes back to it.
import { openId } from "./selection.js"

const NEAR = 60
export const box = () => document.getElementById("thread")
const asks = (where) => document.querySelector(`#${where}-${openId()} a`)
export const isAtEnd = () => !asks("newer") // the end of the thread is loaded
export const isAtBottom = () => box() && isAtEnd() && box().scrollHeight - box().scrollTop - box().clientHeight < NEAR
export const goDown = () => { if (box()) box().scrollTop = box().scrollHeight }
export const missed = new Set() // messages that came below the reader's place, in their order
const place = () => `recado.place.${openId()}`
let before
let comesBack = performance.getEntriesByType("navigation")[0]?.type !== "navigate" // reloaded, or by "back"

// The first bubble in view and how far below the top it stands.
export function anchor() {
  const top = box().getBoundingClientRect().top
  const first = [...box().querySelectorAll(".message")].find((one) => one.getBoundingClientRect().bottom > top)
  return first && { id: first.id, offset: first.getBoundingClientRect().top - top }
}

export function returnTo(at) {
  const bubble = at && document.getElementById(at.id)
  if (!bubble || !box().contains(bubble)) return false
  box().scrollTop += bubble.getBoundingClientRect().top - box().getBoundingClientRect().top - at.offset
  return true
}

export function arrive() {
  missed.clear()
  const kept = comesBack && JSON.parse(sessionStorage.getItem(place()) ?? "null")
  comesBack = false
  if (!box()) return
  box().addEventListener("scroll", look, { passive: true })
  const bar = box().querySelector(".unread-bar"), at = box().querySelector("[data-at]")?.dataset.at
  if (returnTo(kept)) look()
  else if (at) document.dispatchEvent(new CustomEvent("message-asked-for", { detail: at }))
  else bar ? bar.scrollIntoView({ block: "start" }) : goDown()
  look()
}

export function look() {
  if (isAtBottom()) missed.clear()
  sessionStorage.setItem(place(), JSON.stringify(isAtBottom() ? null : anchor() ?? null))
  document.dispatchEvent(new CustomEvent("place-changed"))
}

// What lies beyond the loaded stretch comes with the page that holds it, not before.
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const loaded = box()?.querySelectorAll("[data-message]")
  if (ctx.request?.method === "GET" || !loaded?.length) return
  const oldest = asks("older") && loaded[0].dataset.k, newest = asks("newer") && loaded[loaded.length - 1].dataset.k
  const isBeyond = ({ swapSpec, fragment }) => {
    const key = swapSpec.style === "upsert" && fragment.querySelector("[data-message]")?.dataset.k
    if (key && newest && key > newest) fragment.querySelectorAll('[data-direction="in"]').forEach(({ id }) => missed.add(id))
    return key && (oldest && key < oldest || newest && key > newest)
  }
  tasks.splice(0, Infinity, ...tasks.filter((task) => !isBeyond(task)))
})
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const bottom = isAtBottom(), isPage = ctx.request?.method === "GET"
  before = box() && { thread: openId(), bottom, anchor: bottom ? null : anchor(), seen: bottom || isPage ? Infinity : newest() }
})
document.addEventListener("htmx:after:swap", () => {
  if (!before || !box() || before.thread !== openId()) return
  if (before.bottom && isAtEnd()) return goDown()
  returnTo(before.anchor)
  incoming().filter((one) => Number(one.dataset.position) > before.seen).forEach(({ id }) => missed.add(id))
  look()
})
const incoming = () => [...(box()?.querySelectorAll('[data-direction="in"]') ?? [])]
export const newest = () => incoming().reduce((highest, one) => Math.max(highest, Number(one.dataset.position)), 0)

document.addEventListener("conversation-opened", arrive)
