// Keeps every tab of this browser up to date: one of them connects, by stream or by poll, and tells the others.
import { at, day, fetchAnew, paneReadAt, show, topics } from "./page.js"
import { startPolling } from "./poll.js"
import { showStatus } from "./status.js"
import { openStream } from "./stream.js"
import { hear, isLeader, tell, waitToLead } from "./tabs.js"
import { forgetVerdict, probe, transport } from "./verdict.js"
import { signInAgain } from "../toast.js"

const FIRST_WAIT = 300, LONGEST_WAIT = 10_000
const others = new Map() // tab → the topics it shows
let cursor, close = () => {}, wait = FIRST_WAIT, retry, badStreams = 0, state = "offline"

const wanted = () => [...new Set([...topics(), ...[...others.values()].flat()])]
const address = (path) => `${path}?c=${cursor}&t=${wanted().join(",")}&d=${day()}`

function status(now) {
  state = now
  showStatus(now)
  tell("status", { state: now })
}

function connect() {
  close()
  clearTimeout(retry)
  const covered = wanted()
  const news = (fresh) => {
    wait = FIRST_WAIT
    cursor = Math.max(cursor, fresh.cursor)
    show(fresh, covered)
    if (fresh.html || fresh.cursor) tell("news", { news: fresh, covered })
  }
  const resync = (moment) => {
    cursor = moment
    tell("resync")
    fetchAnew().then(connect)
  }
  const again = () => { retry = setTimeout(connect, FIRST_WAIT * Math.random()) }
  if (transport() === "sse") {
    let hasOpened = false
    const failed = () => { if (!hasOpened && ++badStreams >= 2) { badStreams = 0; forgetVerdict() } later(0) }
    close = openStream(address("/live"), { news, resync, opened: () => { hasOpened = true; badStreams = 0; status("live") }, ended: again, failed })
  } else {
    const ask = () => address("/live/poll") + (state === "polling" ? "" : "&w=0") // the first answer shows that we are connected
    close = startPolling(ask, { news, resync, opened: () => status("polling"), failed: later, signedOut: signInAgain })
    probe(connect)
  }
}

// After a failure: sooner or later again, each time a little later, never all browsers at once.
async function later(seconds) {
  status("offline")
  clearTimeout(retry)
  retry = setTimeout(connect, Math.max(seconds * 1000, wait * (0.7 + 0.6 * Math.random())))
  wait = Math.min(wait * 2, LONGEST_WAIT)
  const asked = await fetch("/live/poll?w=0&c=0", { cache: "no-store" }).catch(() => null)
  if (asked?.status === 401) signInAgain()
}

function lookAgainFrom(moment) {
  cursor = Math.min(cursor, moment)
  connect()
}

document.addEventListener("conversation-opened", ({ detail }) => {
  paneReadAt(detail.cursor)
  if (isLeader()) { if (cursor !== undefined) lookAgainFrom(at()) } else tell("i-show", { topics: topics(), cursor: at() })
})
hear("i-show", ({ tab, topics: theirs, cursor: since }) => {
  if (!isLeader()) return
  const isNew = theirs.some((topic) => !wanted().includes(topic))
  others.set(tab, theirs)
  if (isNew || since < cursor) lookAgainFrom(since)
  tell("status", { state })
})
hear("i-leave", ({ tab }) => others.delete(tab))
hear("news", ({ news, covered }) => show(news, covered))
hear("resync", () => fetchAnew().then(() => tell("i-show", { topics: topics(), cursor: at() })))
hear("status", ({ state: now }) => showStatus(now))
hear("who-is-there", () => tell("i-show", { topics: topics(), cursor: at() }))

addEventListener("pagehide", () => tell("i-leave"))
addEventListener("offline", () => { if (isLeader()) { close(); later(0) } }) // an open stream would not notice for half a minute
for (const moment of ["online", "pageshow"]) addEventListener(moment, () => { if (isLeader() && state === "offline") connect() })
document.addEventListener("visibilitychange", () => { if (!document.hidden && isLeader() && state === "offline") connect() })

tell("i-show", { topics: topics(), cursor: at() })
waitToLead(() => {
  cursor = at()
  tell("who-is-there")
  connect()
})
