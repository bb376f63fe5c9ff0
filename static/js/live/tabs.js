// One connection per browser: the tab that holds the lock leads, the others hear from it what it receives.
const channel = new BroadcastChannel("recado")
const me = crypto.randomUUID?.() ?? String(Math.random())
const listeners = {}
let leads = false

export const isLeader = () => leads
export const tell = (kind, detail = {}) => channel.postMessage({ kind, tab: me, ...detail })
export const hear = (kind, listener) => { (listeners[kind] ??= []).push(listener) }

channel.onmessage = ({ data }) => listeners[data.kind]?.forEach((listener) => listener(data))

// Calls `lead` once this tab is the one that connects; the lock also keeps the browser from freezing it.
export function waitToLead(lead) {
  const begin = () => { leads = true; lead(); return new Promise(() => {}) }
  if (navigator.locks) navigator.locks.request("recado-live", begin)
  else begin()
}

// Which conversation the attendant looks at right now in any tab of this browser; "" at none, null at no tab at all.
const openId = () => document.getElementById("thread")?.dataset.thread ?? ""
const looks = () => document.hasFocus() && !document.hidden
hear("who-looks", () => { if (looks()) tell("i-look", { at: openId() }) })
export function whereAnyoneLooks() {
  if (looks()) return Promise.resolve(openId())
  return new Promise((resolve) => {
    hear("i-look", ({ at }) => resolve(at))
    setTimeout(resolve, 100, null)
    tell("who-looks")
  })
}
