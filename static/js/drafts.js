// Keeps what is typed on the server within a second, so it is there after a reload and on another device.
import { post } from "./csrf.js"

const LAST_LETTERS = `recado.typed.${document.getElementById("app").dataset.user}`, STILL_FRESH = 10_000, AGAIN_AFTER = 3000
let waiting, unsaved

function save() {
  clearTimeout(waiting)
  if (!unsaved) return
  const { id, fields } = unsaved
  unsaved = null
  const lost = () => {
    if (unsaved) return // newer letters are on their way
    unsaved = { id, fields }
    waiting = setTimeout(save, AGAIN_AFTER)
  }
  post(`/c/${id}/draft`, fields).then((answer) => { if (answer.status >= 500) lost() }, lost)
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("#composer")
  if (!form) return
  unsaved = { id: form.dataset.conversationId, fields: { text: form.elements.text.value, compose_id: form.elements.compose_id.value } }
  clearTimeout(waiting)
  waiting = setTimeout(save, 500)
})
document.addEventListener("htmx:before:request", ({ detail }) => {
  if (detail.ctx?.sourceElement?.id === "composer") clearTimeout(waiting)
  else save()
})
document.addEventListener("message-sent", () => { if (unsaved && !unsaved.fields.text) unsaved = null })
document.addEventListener("visibilitychange", () => { if (document.hidden) save() })

// The next page may have been drawn before the server had the last letters: they go there through this tab's own memory.
addEventListener("pagehide", () => {
  if (unsaved) sessionStorage.setItem(LAST_LETTERS, JSON.stringify({ ...unsaved, at: Date.now() }))
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
