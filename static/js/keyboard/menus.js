// Menus by keyboard: Enter or the menu key on a bubble or row opens its menu, and the first entry has the focus.
const opener = (target) => target.closest("article.message, .row")?.querySelector("[popovertarget='message-menu'], [popovertarget='row-menu']")

document.addEventListener("keydown", (event) => {
  const { key, shiftKey, target } = event
  const isMenuKey = key === "ContextMenu" || key === "F10" && shiftKey
  const isEntered = key === "Enter" && target.matches("article.message")
  if (!isMenuKey && !isEntered || !opener(target)) return
  event.preventDefault()
  opener(target).click()
})
document.addEventListener("contextmenu", (event) => { // by the menu key: a right click comes from the bubble, not from what has the focus
  if (event.button === 0 && event.target === document.activeElement && opener(event.target)) event.preventDefault()
})

const isMenu = (element) => element.matches?.("[popover][id$='-menu']:popover-open")
const enter = (menu) => { if (!menu.contains(document.activeElement)) menu.querySelector("button, a, input:not([type=hidden])")?.focus() }
document.addEventListener("toggle", ({ target }) => { if (isMenu(target)) enter(target) }, true)
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.target && isMenu(ctx.target)) enter(ctx.target) })
