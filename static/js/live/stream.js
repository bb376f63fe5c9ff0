// Receives by an event stream, which the browser itself takes apart; silence counts as failure.
const SILENT_BEATS = 2.3

export function openStream(address, { news, resync, opened, ended, failed }) {
  const source = new EventSource(address)
  let beat = 8, watch
  const close = () => { clearTimeout(watch); source.close() }
  const alive = () => { clearTimeout(watch); watch = setTimeout(() => { close(); failed() }, beat * SILENT_BEATS * 1000) }
  const on = (name, act) => source.addEventListener(name, (event) => { alive(); act(event) })
  alive()
  on("hello", (event) => { beat = JSON.parse(event.data).hb; alive(); opened() })
  on("message", (event) => news({ cursor: Number(event.lastEventId), html: event.data }))
  on("hb", (event) => news({ cursor: Number(event.lastEventId), html: "" }))
  on("resync", (event) => { close(); resync(Number(event.lastEventId)) })
  on("bye", () => { close(); ended() })
  source.onerror = () => { close(); failed() }
  return close
}

// Whether a stream passes on its way here: its two events, sent a second apart, do not come together; undefined: no answer.
export function streamsPass() {
  return new Promise((resolve) => {
    const source = new EventSource("/live/probe")
    let first
    const answer = (passes) => { source.close(); resolve(passes) }
    source.addEventListener("hello", () => { first = performance.now() })
    source.addEventListener("bye", () => answer(performance.now() - first > 500))
    source.onerror = () => answer(undefined)
    setTimeout(answer, 8000)
  })
}
