// Keeps what is typed on the server within a second, so it is there after a reload and on another device.
import { post } from "./csrf.js"

const LAST_LETTERS = `recado.typed.${document.getElementById("app").dataset.user}`, STILL_FRESH = 10_000, AGAIN_AFTER = 3000
const PAUSE = 500, AT_MOST = 700
let waiting, unsaved, onItsWay, since

function save() {
  clearTimeout(waiting)
  since = null
  if (!unsaved) return
  const mine = onItsWay = unsaved
  unsaved = null
  const kept = () => { if (onItsWay === mine) onItsWay = null }
  const lost = () => { // unless newer letters are there, or it was sent
    if (!unsaved && onItsWay === mine) { unsaved = mine; waiting = setTimeout(save, AGAIN_AFTER) }
  }
  post(`/c/${mine.id}/draft`, mine.fields).then((answer) => { answer.status < 500 ? kept() : lost() }, lost)
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("#composer")
  if (!form) return
  unsaved = { id: form.dataset.conversationId, fields: { text: form.elements.text.value, compose_id: form.elements.compose_id.value } }
  clearTimeout(waiting)
  since ??= Date.now() // who never pauses is kept, too, and colleagues see within a second that they write
  waiting = setTimeout(save, Math.min(PAUSE, since + AT_MOST - Date.now()))
})
document.addEventListener("htmx:before:request", ({ detail }) => {
  if (detail.ctx?.sourceElement?.id === "composer") clearTimeout(waiting)
  else save()
})
document.addEventListener("message-sent", () => { onItsWay = null; if (unsaved && !unsaved.fields.text) unsaved = null })
document.addEventListener("visibilitychange", () => { if (document.hidden) save() })

// The next page may have been drawn before the server had the last letters: they go there through this tab's own memory.
addEventListener("pagehide", () => {
  const last = unsaved ?? onItsWay
  if (last) sessionStorage.setItem(LAST_LETTERS, JSON.stringify({ ...last, at: Date.now() }))
  save()
})
document.addEventListener("conversation-opened", ({ detail }) => {
  const { id, fields, at } = JSON.parse(sessionStorage.getItem(LAST_LETTERS) ?? "{}")
  sessionStorage.removeItem(LAST_LETTERS)
  const box = document.querySelector('#composer [name="text"]')
  if (id !== detail.id || !box || Date.now() - at > STILL_FRESH || box.value === fields.text) return
  box.value = fields.text
  box.dispatchEvent(new Event("input", { bubbles: true }))
})
