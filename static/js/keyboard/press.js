// Finds what does a command and presses it; where a menu holds it that the server draws first, out of that menu.
import { toast } from "../toast.js"
import { moves } from "./moves.js"

const MENUS = { row: "row-menu", message: "message-menu" }
const opener = (entry, place) => entry?.querySelector(`[hx-target="#${MENUS[place]}"]`)
const named = (name) => [...document.querySelectorAll(`[data-command="${name}"]`)]

// A menu that is closed holds its entries ready; those that are drawn for one row or message are gone with it.
function isBehindAMenu(element) {
  const menu = element.closest("[popover]:not(:popover-open)")
  return menu && !Object.values(MENUS).includes(menu.id) && menu.parentElement.checkVisibility()
}
const canBePressed = (element) => !element.disabled && !element.closest("[hidden]") && (element.checkVisibility() || isBehindAMenu(element))
const onPage = (name) => named(name).find(canBePressed)

function focusedRow() {
  const row = document.activeElement?.closest("#conversation-list .row")
  return row?.hasAttribute("aria-current") ? undefined : row
}
function meantMessage() {
  const theirs = document.querySelectorAll("#thread article.message--in")
  return document.activeElement?.closest("#thread article.message") ?? theirs[theirs.length - 1]
}
const openRow = () => document.querySelector("#conversation-list .row[aria-current]")

// The element to press, or the button of the menu that has it.
function target({ name, place }) {
  if (place === "text" && document.activeElement?.id !== "composer-text") return
  const shown = named(name).find((one) => one.closest(":popover-open"))
  if (shown) return { element: shown }
  const entry = place === "message" ? meantMessage() : place === "row" ? focusedRow() : undefined
  if (opener(entry, place)) return { menu: opener(entry, place) }
  const element = onPage(name)
  if (element) return { element }
  if (place === "row" && opener(openRow(), place)) return { menu: opener(openRow(), place) }
}

function act(element) {
  if (element.matches("summary")) element.focus()
  if (element.matches("button, a, input, label, summary")) element.click()
  else element.querySelector("button, a, input:not([type=hidden])")?.focus()
}

function outOf(menu, { name, place }) {
  const holder = document.querySelector(menu.getAttribute("hx-target"))
  const drawn = ({ detail: { ctx } }) => {
    if (ctx.target !== holder) return // not by its button: a row that changes meanwhile brings another one
    document.removeEventListener("htmx:finally:request", drawn)
    const elsewhere = place === "message" && onPage(name) // never another conversation than the row that is meant
    const element = named(name).find((one) => one.closest(":popover-open")) ?? elsewhere
    if (element) return act(element)
    holder.hidePopover()
    toast(document.getElementById("app").dataset.notHere)
  }
  document.addEventListener("htmx:finally:request", drawn)
  menu.click()
}

export const isPossible = (command) => Boolean(moves[command.name] ?? target(command))

// Whether there was something to press.
export function press(command) {
  if (moves[command.name]) return moves[command.name]()
  const found = target(command)
  if (found?.element) act(found.element)
  else if (found) outOf(found.menu, command)
  return Boolean(found)
}
