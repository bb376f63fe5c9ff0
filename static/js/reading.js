// Tells the server that a conversation was seen: it is open, the window has the focus, and its end is on screen.
import { post } from "./csrf.js"
import { openId } from "./selection.js"
import { isAtBottom, newest } from "./thread.js"

const told = new Map(), AGAIN_AFTER = 3000
const end = () => [...document.querySelectorAll("#thread [data-position]")].at(-1)?.id
let answered // where the thread ended when we told that this reader has seen the note that names them
const isCovered = () => !document.getElementById("thread").checkVisibility({ visibilityProperty: true })
export function look() {
  const id = openId()
  if (!id || document.hidden || !document.hasFocus() || !isAtBottom() || isCovered()) return
  const position = newest()
  const row = document.querySelector(`#conversation-list [data-conversation="${id}"]`)
  const isUnread = position > (told.get(id) ?? 0) && row?.dataset.unread !== "0"
  const named = row?.hasAttribute("data-named") ? end() : undefined // by a note, which is no unread message
  if (!named) answered = undefined
  if (!isUnread && named === answered) return
  told.set(id, position)
  answered = named
  const lost = () => { told.delete(id); answered = undefined; setTimeout(look, AGAIN_AFTER) }
  post(`/c/${id}/reading`, { up_to: position }).then((answer) => { if (answer.status >= 500) lost() }, lost)
}

addEventListener("focus", look)
document.addEventListener("visibilitychange", look)
document.addEventListener("thread-uncovered", look)
document.addEventListener("htmx:after:swap", () => requestAnimationFrame(look))
document.addEventListener("conversation-opened", () => requestAnimationFrame(look))
document.addEventListener("conversation-opened", ({ detail: { id } }) => { // what was marked as unread by hand is so no more
  const row = document.getElementById(`row-${id}`)
  if (id && (!row || row.hasAttribute("data-marked-unread"))) post(`/c/${id}/reading`, { up_to: 0 }).catch(() => {})
})
document.addEventListener("scroll", look, { capture: true, passive: true })
