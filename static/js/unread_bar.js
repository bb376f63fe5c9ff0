// Who comes back to an open conversation finds the bar above what came while they were away.
import { openId } from "./selection.js"
import { box, newest } from "./thread.js"

let seen // the newest position when the reader left
const leave = () => { seen ??= newest() }
addEventListener("blur", leave)
document.addEventListener("visibilitychange", () => { if (document.hidden) leave() })
document.addEventListener("conversation-opened", () => { seen = document.hasFocus() ? undefined : newest() })
addEventListener("focus", () => {
  if (openId() && newest() > seen) htmx.ajax("GET", `/c/${openId()}/unread-bar?after=${seen}`, { source: box(), swap: "none" })
  seen = undefined
})
