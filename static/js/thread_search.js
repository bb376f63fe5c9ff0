// Walks through what a search in the thread has found: Enter and arrow down to older hits, arrow up to newer ones.
import { jump } from "./jump.js"

const hits = () => [...document.querySelectorAll("#hits-in-drawer a[data-jump]")]

function go(step) {
  const all = hits(), at = all.findIndex((one) => one.hasAttribute("aria-current"))
  const next = all[Math.max(0, Math.min(at + step, all.length - 1))]
  if (!next) return
  all[at]?.removeAttribute("aria-current")
  next.setAttribute("aria-current", "true")
  next.scrollIntoView({ block: "nearest" })
  jump(next.dataset.jump)
}

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "thread-search-words" || event.isComposing) return
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || !hits().length) return
  event.preventDefault()
  go(step)
})
document.addEventListener("htmx:after:swap", () => {
  const day = document.querySelector("#hits-in-drawer [data-at-once]")
  day?.removeAttribute("data-at-once")
  day?.click()
})
