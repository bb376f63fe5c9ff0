// The palette: what is typed narrows the actions down, the server finds the conversations; arrows and Enter choose.
import { isPossible, press } from "./press.js"
import { table } from "./shortcuts.js"

const RECENT = "recado.palette", MOST_RECENT = 5
const palette = () => document.getElementById("palette")
const box = () => document.getElementById("palette-text")
const recent = () => JSON.parse(localStorage.getItem(RECENT) ?? "[]")
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
const shown = () => [...palette().querySelectorAll("[role=option]")].filter((one) => !one.hidden)
let goesOn = false // Enter came before the server's answer
const chosen = () => palette().querySelector("[aria-selected=true]")

function choose(entry) {
  chosen()?.setAttribute("aria-selected", "false")
  entry?.setAttribute("aria-selected", "true")
  entry?.scrollIntoView({ block: "nearest" })
  box().setAttribute("aria-activedescendant", entry?.id ?? "")
}

function narrow() {
  const words = plain(box().value).split(/\s+/)
  for (const one of palette().querySelectorAll("[role=option]")) {
    const name = one.dataset.presses ? one.firstElementChild.textContent : one.textContent
    one.hidden = one.hasAttribute("data-impossible") || !words.every((word) => plain(name).includes(word))
  }
  pickFirst()
}

function pickFirst() {
  choose(shown()[0])
  const said = palette().querySelector(".palette__nothing")
  said.hidden = Boolean(shown().length)
  said.textContent = said.hidden ? "" : said.dataset.words
}

function go(entry) {
  palette().close() // first: the focus goes back to the row or message that is meant
  const { presses } = entry.dataset
  if (!presses) return entry.click()
  localStorage.setItem(RECENT, JSON.stringify([presses, ...recent().filter((one) => one !== presses)].slice(0, MOST_RECENT)))
  press(table().find(({ name }) => name === presses))
}

// Before it is shown: what is possible is asked of the row or message that still has the focus.
export function prepare() {
  for (const command of table()) document.getElementById(`palette-${command.name}`)?.toggleAttribute("data-impossible", !isPossible(command))
  document.getElementById("palette-recent").append(...recent().map((name) => document.getElementById(`palette-${name}`)).filter(Boolean))
  narrow()
  box().addEventListener("input", () => { goesOn = false; narrow() })
  box().addEventListener("keydown", (event) => {
    const all = shown(), step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.isComposing || !step && event.key !== "Enter") return
    event.preventDefault()
    if (step) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length])
    else if (chosen()) go(chosen())
    else goesOn = true
  })
  palette().querySelector("form").addEventListener("click", (event) => {
    const entry = event.target.closest("[role=option]")
    if (!entry || !palette().open) return
    event.preventDefault()
    event.stopPropagation()
    go(entry)
  }, true)
}
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== box() || !palette().open) return
  pickFirst() // what the server finds by phone or username need not have the words in its name
  if (goesOn && chosen()) go(chosen())
})
