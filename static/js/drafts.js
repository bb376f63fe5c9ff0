// Keeps what is typed on the server within a second, so it is there after a reload and on another device.
import { post } from "./csrf.js"

let waiting, unsaved

function save() {
  clearTimeout(waiting)
  if (!unsaved) return
  const { id, fields } = unsaved
  unsaved = null
  post(`/c/${id}/draft`, fields).catch(() => { unsaved ??= { id, fields } })
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
addEventListener("pagehide", save)
document.addEventListener("visibilitychange", () => { if (document.hidden) save() })
