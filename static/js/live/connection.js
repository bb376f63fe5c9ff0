// The one connection of this browser: by stream or by poll, again after a failure, for all that its tabs show.
import { signInAgain } from "../toast.js"
import { afterFailure, brings, soon, stay, works } from "./comeback.js"
import { at, day, fetchAnew, show } from "./page.js"
import { startPolling } from "./poll.js"
import { showStatus } from "./status.js"
import { openStream } from "./stream.js"
import { tell } from "./tabs.js"
import { badStream, goodStream, probe, transport } from "./verdict.js"
import { wanted } from "./wanted.js"

let cursor, close = () => {}, state = "offline"
const address = (path) => `${path}?c=${cursor}&t=${wanted().join(",")}&d=${day()}`

export const isOffline = () => state === "offline"
export const isPast = (moment) => moment < cursor
export const tellStatus = () => tell("status", { state })

function status(now) {
  if ((state = now) !== "offline") works()
  showStatus(now)
  tellStatus()
}

export function connect() {
  close()
  stay()
  const covered = wanted()
  const news = (fresh) => {
    brings()
    cursor = Math.max(cursor, fresh.cursor)
    show(fresh, covered)
    tell("news", { news: fresh, covered })
  }
  const resync = async () => {
    tell("resync")
    if (!await fetchAnew()) return later(0) // from the old cursor: the page still is what it was
    lookAgainFrom(at(), { afresh: true })
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
  const opened = () => { hasOpened = true; goodStream(); status("live") }
  const failed = () => { if (!hasOpened) badStream(); later(0) }
  close = openStream(address("/live"), { ...hears, opened, ended: () => soon(connect), failed })
}

export async function later(seconds) {
  close()
  status("offline")
  afterFailure(connect, seconds)
  const asked = await fetch("/live/poll?w=0&c=0", { cache: "no-store" }).catch(() => null)
  if (asked?.status === 401) signInAgain()
  asked?.body?.cancel() // what nobody reads would hold one of the six connections that a browser has for us
}

export function lookAgainFrom(moment, { afresh = false } = {}) {
  cursor = afresh ? moment : Math.min(cursor ?? moment, moment)
  connect()
}
