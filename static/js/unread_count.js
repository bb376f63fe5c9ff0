// Shows in the tab's title, its icon and the app's badge how many conversations want this attendant.
import { show } from "./favicon.js"

const state = { count: 0, isUnseen: false, isOffline: false }
const change = (news) => show(Object.assign(state, news))

customElements.define("unread-count", class extends HTMLElement {
  static observedAttributes = ["data-waiting"]

  attributeChangedCallback(name, before, now) {
    const count = Number(now)
    document.title = count ? `(${count}) Recado` : "Recado"
    change({ count, isUnseen: state.isUnseen || document.hidden && count > state.count })
    if (count) navigator.setAppBadge?.(count).catch(() => {})
    else navigator.clearAppBadge?.().catch(() => {})
  }
})

document.addEventListener("visibilitychange", () => { if (!document.hidden) change({ isUnseen: false }) })
document.addEventListener("connection-lost", () => change({ isOffline: true }))
document.addEventListener("connection-back", () => change({ isOffline: false }))
