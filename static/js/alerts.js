// Desktop notifications: one per conversation, only while nobody looks at any tab, asked for by a click.
import { anyoneLooks, isLeader } from "./live/tabs.js"

const shown = new Map()

customElements.define("desktop-alert", class extends HTMLElement {
  async connectedCallback() {
    const { conversationId: id, title, body } = this.dataset
    queueMicrotask(() => this.remove())
    if (!isLeader() || globalThis.Notification?.permission !== "granted" || await anyoneLooks()) return
    const alert = new Notification(title, { body, tag: id, renotify: true, icon: new URL("../img/favicon.svg", import.meta.url) })
    alert.onclick = () => {
      focus()
      const link = document.querySelector(`#row-${id} a`)
      if (link) link.click()
      else location.assign(`/c/${id}`)
      alert.close()
    }
    shown.set(id, alert)
  }
})

document.addEventListener("htmx:after:swap", () => {
  for (const [id, alert] of shown) {
    if (document.getElementById(`row-${id}`)?.dataset.unread === "0") { alert.close(); shown.delete(id) }
  }
})

const bar = () => document.getElementById("alert-permission")
const DISMISSED = "recado.no-alerts"
if (bar() && globalThis.Notification?.permission === "default" && !localStorage.getItem(DISMISSED)) bar().hidden = false
document.addEventListener("click", async (event) => {
  if (event.target.closest(".alert-permission__ask")) { await Notification.requestPermission(); bar().hidden = true }
  if (event.target.closest(".alert-permission__dismiss")) { localStorage.setItem(DISMISSED, "1"); bar().hidden = true }
})
