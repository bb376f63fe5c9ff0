// Which transport this browser has found to work: polls at once, a stream once a probe has proved that it passes.
import { streamsPass } from "./stream.js"

const KEY = "recado.transport"
const HOURS = { sse: 24, poll: 1 }
const wanted = document.getElementById("app").dataset.transport

const read = () => {
  const { how, until } = JSON.parse(localStorage.getItem(KEY) ?? "{}")
  return until > Date.now() ? how : undefined
}
const write = (how) => localStorage.setItem(KEY, JSON.stringify({ how, until: Date.now() + HOURS[how] * 3_600_000 }))

export const transport = () => (wanted === "auto" ? read() ?? "poll" : wanted)

// Two streams in a row that never said hello: what was found out no longer holds.
let bad = 0
export const goodStream = () => { bad = 0 }
export function badStream() {
  if (++bad >= 2) { bad = 0; localStorage.removeItem(KEY) }
}

// Calls `better` when streams turn out to pass; asks only where nobody has decided.
export async function probe(better) {
  if (wanted !== "auto" || read()) return
  const passes = await streamsPass()
  if (passes === undefined) return // nobody answered, as while the server restarts: that proves nothing
  write(passes ? "sse" : "poll")
  if (passes) better()
}
