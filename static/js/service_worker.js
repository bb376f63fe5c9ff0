// Calls the attendant while no tab is open, and answers for us when we cannot be reached. It keeps no page of a conversation.
const asked = new URL(location).searchParams
const ASSETS = `/static/${asked.get("release")}`
const OFFLINE = "/offline", STYLE = `${ASSETS}/css/base.css`, ICON = `${ASSETS}/img/icon-192.png`
const KEPT = `recado ${asked.get("release")} ${asked.get("lang")}`

async function keep() {
  await (await caches.open(KEPT)).addAll([OFFLINE, STYLE, ICON])
  await skipWaiting()
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith("recado ") && name !== KEPT) await caches.delete(name)
  await registration.navigationPreload?.enable()
  await clients.claim()
}

async function page(event) {
  try {
    return await event.preloadResponse ?? await fetch(event.request)
  } catch {
    return await caches.match(OFFLINE) ?? Response.error()
  }
}

// The pages that show messages and open conversations; the settings, for one, do neither.
const INBOX = /^\/(|search|c\/\d+(\/(contact|search|shared\/\w+|messages\/\d+\/info))?)$/
const inboxes = async () => (await clients.matchAll({ type: "window" })).filter(({ url }) => INBOX.test(new URL(url).pathname))

async function call({ conversation, why, words }) {
  const tabs = await inboxes()
  if (tabs.some((tab) => tab.visibilityState === "visible")) return // it shows the message itself
  const answer = await fetch(`/c/${conversation}/call?why=${why}`, { headers: { Accept: "application/json" } }).catch(() => null)
  if (answer?.status === 204) return // read meanwhile, elsewhere
  const told = answer?.ok && !answer.redirected ? await answer.json() : { title: "Recado", body: words }
  if (told.waiting) await navigator.setAppBadge?.(told.waiting).catch(() => {})
  const { title, body } = told
  await registration.showNotification(title, { body, tag: String(conversation), renotify: true, icon: ICON, data: { conversation } })
}

async function open(conversation) {
  const [tab] = await inboxes()
  if (!tab) return clients.openWindow(`/c/${conversation}`)
  tab.postMessage({ open: conversation })
  await tab.focus()
}

addEventListener("install", (event) => event.waitUntil(keep()))
addEventListener("activate", (event) => event.waitUntil(takeOver()))
addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request
  if (mode === "navigate" && method === "GET") event.respondWith(page(event))
  else if (new URL(url).pathname === STYLE) event.respondWith(fetch(event.request).catch(() => caches.match(STYLE)))
})
addEventListener("push", (event) => event.waitUntil(call(event.data.json())))
addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data.conversation))
})
