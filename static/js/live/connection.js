// The one connection of this browser: by stream or by poll, again after a failure, for all that its tabs show.
import { signInAgain } from "../toast.js"
import { day, fetchAnew, show, topics } from "./page.js"
import { startPolling } from "./poll.js"
import { showStatus } from "./status.js"
import { openStream } from "./stream.js"
import { tell } from "./tabs.js"
import { forgetVerdict, probe, transport } from "./verdict.js"

const FIRST_WAIT = 300, LONGEST_WAIT = 10_000
const others = new Map() // tab → the topics it shows
let cursor, close = () => {}, wait = FIRST_WAIT, retry, badStreams = 0, state = "offline"

const wanted = () => [...new Set([...topics(), ...[...others.values()].flat()])]
const address = (path) => `${path}?c=${cursor}&t=${wanted().join(",")}&d=${day()}`

export const isOffline = () => state === "offline"
export const tellStatus = () => tell("status", { state })

function status(now) {
  state = now
  showStatus(now)
  tellStatus()
}

export function connect() {
  close()
  clearTimeout(retry)
  const covered = wanted()
  const news = (fresh) => {
    wait = FIRST_WAIT
    cursor = Math.max(cursor, fresh.cursor)
    show(fresh, covered)
    tell("news", { news: fresh, covered })
  }
  const resync = (moment) => {
    cursor = moment
    tell("resync")
    fetchAnew().then(connect)
  }
  if (transport() === "sse") stream({ news, resync })
  else {
    const ask = () => address("/live/poll") + (state === "polling" ? "" : "&w=0") // the first answer shows that we are connected
    close = startPolling(ask, { news, resync, opened: () => status("polling"), failed: later, signedOut: signInAgain })
    probe(connect)
  }
}

function stream(hears) {
  let hasOpened = false
  const opened = () => { hasOpened = true; badStreams = 0; status("live") }
  const ended = () => { retry = setTimeout(connect, FIRST_WAIT * Math.random()) }
  const failed = () => {
    if (!hasOpened && ++badStreams >= 2) { badStreams = 0; forgetVerdict() }
    later(0)
  }
  close = openStream(address("/live"), { ...hears, opened, ended, failed })
}

// After a failure: sooner or later again, each time a little later, never all browsers at once.
export async function later(seconds) {
  close()
  status("offline")
  clearTimeout(retry)
  retry = setTimeout(connect, Math.max(seconds * 1000, wait * (0.7 + 0.6 * Math.random())))
  wait = Math.min(wait * 2, LONGEST_WAIT)
  const asked = await fetch("/live/poll?w=0&c=0", { cache: "no-store" }).catch(() => null)
  if (asked?.status === 401) signInAgain()
}

// From now on also what this tab shows, beginning where its page was read.
export function alsoFor(tab, theirs, since) {
  const isNew = theirs.some((topic) => !wanted().includes(topic))
  others.set(tab, theirs)
  if (isNew || since < cursor) lookAgainFrom(since)
}
export const without = (tab) => others.delete(tab)

export function lookAgainFrom(moment) {
  cursor = Math.min(cursor ?? moment, moment)
  connect()
}
