// Opens a row's menu beside its arrow: by a press on it, a right click, the menu key, a long press; and says for how many rows a mark will be.
const HELD = 500
const menu = () => document.getElementById("row-menu")
const arrow = (row) => row?.querySelector(".row__menu")

document.addEventListener("contextmenu", (event) => {
  const button = arrow(event.target.closest("#conversation-list > .row"))
  if (!button) return
  event.preventDefault()
  button.click()
})
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target === menu()) menu().showPopover({ source: ctx.sourceElement })
})
document.addEventListener("toggle", ({ target, newState }) => {
  if (target !== menu()) return
  if (newState === "open") return menu().querySelector("button, summary")?.focus()
  menu().replaceChildren()
}, true)

// A finger that stays where it is: browsers without a right click of their own for it.
let holding
const letGo = () => clearTimeout(holding)
document.addEventListener("touchstart", ({ target, touches }) => {
  const row = target.closest("#conversation-list > .row")
  if (row && touches.length === 1) holding = setTimeout(() => { if (!menu().matches(":popover-open")) arrow(row).click() }, HELD)
}, { passive: true })
for (const end of ["touchend", "touchmove", "touchcancel", "scroll"]) document.addEventListener(end, letGo, { passive: true, capture: true })
