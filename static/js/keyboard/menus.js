// Menus by keyboard: Enter or the menu key on a bubble or row opens its menu, and the first entry has the focus.
const opener = (target) => target.closest("article.message, #conversation-list .row")?.querySelector("[hx-target='#message-menu'], [hx-target='#row-menu']")
let byMenuKey = false

document.addEventListener("keydown", (event) => {
  const { key, shiftKey, target } = event
  byMenuKey = (key === "ContextMenu" || key === "F10" && shiftKey) && Boolean(opener(target))
  if (!byMenuKey && !(key === "Enter" && target.matches("article.message"))) return
  event.preventDefault()
  opener(target).click()
}, true)
document.addEventListener("contextmenu", (event) => { // which the menu key brings as well, on Windows once it is let go
  if (!byMenuKey) return
  event.preventDefault()
  event.stopImmediatePropagation()
}, true)
document.addEventListener("pointerdown", () => { byMenuKey = false }, true)

const isMenu = (element) => element.matches?.("[popover][id$='-menu']:popover-open")
const enter = (menu) => { if (!menu.contains(document.activeElement)) menu.querySelector("button, a, input:not([type=hidden])")?.focus() }
document.addEventListener("toggle", ({ target }) => { if (isMenu(target)) enter(target) }, true)
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.target && isMenu(ctx.target)) enter(ctx.target) })
