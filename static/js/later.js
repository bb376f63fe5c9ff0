// What a freshly opened page can do without comes once it is at rest, or at its first use, which waits for it and is done then.
import { toast } from "./toast.js"

// `import` never asks again for a module that once did not come: so each is fetched first, which can be done again.
async function fetched(modules) {
  const addresses = modules.map((one) => new URL(one, import.meta.url).href)
  for (const answer of await Promise.all(addresses.map((one) => fetch(one)))) {
    await answer.text()
    if (!answer.ok) throw new TypeError(`${answer.status}: ${answer.url}`)
  }
  return import(addresses[0])
}
const coming = {}
// A module, and all it imports that is not here yet. Fails where it does not come.
export const load = (...modules) => coming[modules[0]] ??= fetched(modules).catch((fault) => { delete coming[modules[0]]; throw fault })
const told = (loading) => loading.catch(() => toast(document.getElementById("app").dataset.lost))
// As above; undefined where it does not come, which is told.
export const bring = (...modules) => told(load(...modules))

const rest = () => load(...document.querySelector('meta[name="later"]').content.split(" "))
export const bringRest = () => told(rest())

// Where something of the rest begins.
const USES = {
  click: `[data-voice], [data-opens-suggestions], [data-puts], [data-action="forget-quick-reply"], [data-action="edit-note"], [popovertarget="note"],
    [popovertarget="emoji-panel"], [popovertarget="conversation-menu"], [hx-target="#sheet"], .row__choice, .selecting, .window__hold, .notice-row__earlier, [data-command="undo-send"]`,
  input: "#composer-text",
  keydown: "#composer-text, #thread-search-words",
}
const asksForReply = ({ key, target }) => key === "Enter" && /(?:^|\n)\/\S*$/.test(target.value) // a quick one, by its slash
const walksHits = ({ key, isComposing }) => !isComposing && /^(Enter|ArrowUp|ArrowDown)$/.test(key)
const needsRest = (event) => (event.target.id === "composer-text" ? asksForReply : walksHits)(event)
const waiting = new Set()
let isHere = false
async function wait(event) {
  const { type, target, cancelable } = event
  if (isHere || !target.closest?.(USES[type]) || type === "keydown" && !needsRest(event)) return
  if (cancelable) { event.preventDefault(); event.stopImmediatePropagation() }
  if (waiting.has(target)) return // pressed again out of impatience
  waiting.add(target)
  const again = new event.constructor(type, event)
  isHere = Boolean(await (cancelable ? bringRest() : rest().catch(() => {}))) // what was typed stands there all the same
  waiting.delete(target)
  if (isHere && target.isConnected) target.dispatchEvent(again)
}
for (const kind in USES) addEventListener(kind, wait, true)
const settle = () => rest().then(() => { isHere = true }, () => setTimeout(settle, 10_000)) // some of it nobody asks for by hand
addEventListener("load", () => (globalThis.requestIdleCallback ?? setTimeout)(settle))
