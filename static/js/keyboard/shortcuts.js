// Presses a command's button or link when its keys are pressed, and tells screen readers which keys these are.
import { belongsToText, combinations } from "./combination.js"
import { press } from "./press.js"

const app = () => document.getElementById("app")
let read, commands, byKeys

// The attendant's own keys, as the page has them now: the settings may change them in another tab.
export function table() {
  if (app().dataset.shortcuts === read) return commands
  read = app().dataset.shortcuts
  commands = JSON.parse(read)
  byKeys = new Map()
  for (const command of commands) for (const keys of command.keys) byKeys.set(keys, [...byKeys.get(keys) ?? [], command])
  return commands
}

function tellKeys() {
  const said = Object.fromEntries(table().map((command) => [command.name, command.said]))
  for (const element of document.querySelectorAll("[data-command]")) {
    const keys = said[element.dataset.command]
    if (keys && element.ariaKeyShortcuts !== keys) element.setAttribute("aria-keyshortcuts", keys)
  }
}
document.addEventListener("htmx:after:swap", tellKeys)
tellKeys()

// After all others, who may want a key for what they have open.
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return
  if (event.key === "Escape" && document.querySelector(":popover-open:not([popover=manual])")) return
  table()
  const isText = event.target.matches?.("input, textarea, select, [contenteditable]")
  const pressed = combinations(event).filter((keys) => !isText || !belongsToText(keys)).flatMap((keys) => byKeys.get(keys) ?? [])
  if (event.repeat && pressed.some(({ place }) => place !== "move")) return event.preventDefault()
  if (pressed.some(press)) event.preventDefault()
})
