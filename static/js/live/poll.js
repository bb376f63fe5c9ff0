// Receives by long polls: one request after the other, each answered as soon as there is news.
export function startPolling(addressNow, { news, resync, opened, failed, signedOut }) {
  const stop = new AbortController()
  const run = async () => {
    while (!stop.signal.aborted) {
      const answer = await fetch(addressNow(), { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(40_000)]), cache: "no-store" })
      const html = await answer.text() // whatever it says: unread it would hold its connection
      if (answer.status === 401) return signedOut()
      if (!answer.ok) return failed(Number(answer.headers.get("Retry-After")) || 0)
      opened()
      const cursor = Number(answer.headers.get("X-Live-Cursor"))
      if (answer.headers.get("X-Live") === "resync") return resync(cursor)
      news({ cursor, html })
    }
  }
  run().catch(() => { if (!stop.signal.aborted) failed(0) })
  return () => stop.abort()
}
