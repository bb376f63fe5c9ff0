// Counts the 24-hour window down in rows and above the composer, and closes it on time; what was typed goes on there.
import { freshId } from "./uploading.js"

const app = document.getElementById("app")
const ahead = Number(app.dataset.now) - Date.now() / 1000 // the server's clock counts
const SOON = 4 * 3600, EVERY = 20_000

const words = (left) => {
  const minutes = Math.ceil(left / 60), hours = Math.floor(minutes / 60)
  return (hours ? app.dataset.closesInHours : app.dataset.closesInMinutes).replace("{hours}", hours).replace("{minutes}", minutes % 60)
}

function carryOver(bar) {
  const typed = document.querySelector("#composer [name=text]")?.value, box = bar.querySelector("textarea")
  if (!typed?.trim() || box.value) return
  box.value = typed
  box.closest("details").open = true
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const hold = ctx?.sourceElement?.closest?.(".window__hold")
  if (!hold || ctx.response?.status !== 200) return
  const kept = hold.querySelector("textarea"), typed = document.getElementById("composer-text")
  if (typed?.value.trim() === kept.value.trim()) { // what was carried over would be sent a second time
    typed.value = ""
    typed.dispatchEvent(new Event("input", { bubbles: true }))
  }
  kept.value = ""
  hold.querySelector("[name=compose_id]").value = freshId()
  hold.open = false
})

setInterval(() => {
  const now = Date.now() / 1000 + ahead
  for (const one of document.querySelectorAll("[data-closes-at]")) {
    const left = one.dataset.closesAt - now
    if (one.matches(".closing")) {
      one.hidden = left <= 0 || left >= SOON
      one.textContent = one.hidden ? "" : words(left)
    } else if (left <= 0 && !one.matches(".window--closed")) {
      one.classList.add("window--closed")
      carryOver(one)
    }
  }
}, EVERY)
