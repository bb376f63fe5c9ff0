// Desktop notifications, one per conversation, and a sound: only while nobody looks there; permission is asked for by a click.
import { load } from "./later.js"
import { isLeader, whereAnyoneLooks } from "./live/tabs.js"
import { play } from "./sounds.js"

const shown = new Map()
const asked = () => document.getElementById("app").dataset
const callable = (act) => load("push.js").then(act).catch(() => {}) // offline: an open tab tells all the same

function open(id) {
  focus()
  const link = document.querySelector(`#row-${id} a`)
  if (link) link.click()
  else location.assign(`/c/${id}`)
}

function notify({ conversationId: id, title, body }) {
  const icon = new URL("../img/icon-192.png", import.meta.url)
  try {
    const alert = new Notification(title, { body, tag: id, renotify: true, icon })
    alert.onclick = () => { open(id); alert.close() }
    shown.set(id, alert)
  } catch { // on a phone only the worker may
    callable(({ notify }) => notify(title, { body, tag: id, renotify: true, icon, data: { conversation: id } }))
  }
}

customElements.define("desktop-alert", class extends HTMLElement {
  async connectedCallback() {
    queueMicrotask(() => this.remove())
    if (!isLeader()) return
    const { conversationId, kind } = this.dataset, { alerts, sounds } = asked()
    const looks = await whereAnyoneLooks()
    if (looks === null && alerts.includes(kind) && globalThis.Notification?.permission === "granted") notify(this.dataset)
    if (looks !== conversationId && kind !== "reaction" && sounds.includes("in")) play("in")
  }
})

document.addEventListener("message-sent", () => { if (asked().sounds.includes("out")) play("out") })

const isRead = (id) => document.getElementById(`row-${id}`)?.dataset.unread === "0"
let waiting
document.addEventListener("htmx:after:swap", () => {
  for (const [id, alert] of shown) if (isRead(id)) { alert.close(); shown.delete(id) }
  const now = document.getElementById("attention").dataset.waiting
  if (now !== waiting) callable(({ withdraw }) => withdraw(isRead))
  waiting = now
})
navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data.open) open(data.open) })
addEventListener("load", () => setTimeout(() => callable(({ beCallable }) => beCallable()), 1000))

const bar = () => document.getElementById("alert-permission")
const DISMISSED = "recado.no-alerts"
if (bar() && globalThis.Notification?.permission === "default" && !localStorage.getItem(DISMISSED)) bar().hidden = false
document.addEventListener("click", async (event) => {
  if (event.target.closest(".alert-permission__ask")) {
    await Notification.requestPermission()
    bar().hidden = true
    callable(({ beCallable }) => beCallable())
  }
  if (event.target.closest(".alert-permission__dismiss")) { localStorage.setItem(DISMISSED, "1"); bar().hidden = true }
})
