// Lets this browser be called while no tab is open: the worker always, an address at the push service once it is allowed.
import { post } from "./csrf.js"

const release = new URL(import.meta.url).pathname.split("/")[2]
const worker = () => navigator.serviceWorker.register(`/sw.js?release=${release}&lang=${document.documentElement.lang}`)
const written = (key) => btoa(String.fromCharCode(...new Uint8Array(key))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")

async function subscribe({ pushManager }) {
  const applicationServerKey = document.getElementById("app").dataset.pushKey
  let place = await pushManager.getSubscription()
  if (place && written(place.options.applicationServerKey) !== applicationServerKey) {
    await place.unsubscribe()
    place = null
  }
  place ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  const { endpoint, keys } = place.toJSON()
  await post("/push/subscriptions", { endpoint, p256dh: keys.p256dh, auth: keys.auth })
}

// Quiet where the browser has no push service, or does not want to: an open tab notifies all the same.
export async function beCallable() {
  if (!navigator.serviceWorker) return
  await worker()
  if (globalThis.Notification?.permission !== "granted") return
  await subscribe(await navigator.serviceWorker.ready).catch(() => {})
}

// What has been read is called for no longer.
export async function withdraw(isRead) {
  const registration = await navigator.serviceWorker?.getRegistration()
  for (const shown of await registration?.getNotifications() ?? []) if (isRead(shown.tag)) shown.close()
}

export const notify = async (...what) => (await navigator.serviceWorker?.getRegistration())?.showNotification(...what)
