// What a message's menu does in the browser alone: it opens by right click, copies, and closes once something was chosen.
import { bring, load } from "./later.js"
import { toast } from "./toast.js"

const quote = () => document.getElementById("composer-quote")
const box = () => document.getElementById("composer-text")
const copy = async ({ value, dataset }) => {
  try { await navigator.clipboard.writeText(value); toast(dataset.copied) } catch { toast(dataset.notCopied) } // plain http has none
}
const buttonIn = (message) => message?.querySelector('[data-action="menu"]')

document.addEventListener("contextmenu", (event) => {
  const button = buttonIn(event.target.closest(".bubble"))
  if (!button || event.target.closest("a, img, video") || !getSelection().isCollapsed) return // the browser's own is better there
  event.preventDefault()
  if (!event.buttons) return button.click()
  addEventListener("pointerup", () => setTimeout(() => button.click()), { once: true }) // lifting the button would close it again
})
document.addEventListener("dblclick", (event) => {
  if (event.target.matches("article.message")) answer(event.target)
})
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("#message-menu :is(button, a):not([popovertarget]), [data-action='copy'], [data-action='forget-quote'], [data-select='begin']")
  if (!chosen) return
  if (chosen.dataset.action === "copy") copy(chosen)
  if (chosen.dataset.action === "forget-quote") quote().replaceChildren()
  if (["reply", "forget-quote"].includes(chosen.dataset.action)) box()?.focus()
  chosen.closest("[popover]")?.hidePopover() // which gives the focus back, before it goes into the selection
  if (chosen.dataset.select) bring("selecting.js", "copying.js").then((selecting) => selecting?.begin(chosen.value))
})

// What one message allows must not be seen, and pressed, while the next one's menu is still on its way.
document.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "closed" && target.matches("#message-menu, #kind-sheet, #forward-sheet")) target.replaceChildren()
}, true)

document.addEventListener("selectstart", () => load("copying.js").catch(() => {}))

const answer = (message) => {
  const address = buttonIn(message)?.getAttribute("hx-get").replace(/menu$/, "quote")
  if (address) htmx.ajax("GET", address, { target: "#composer-quote", swap: "innerHTML" }).then(() => box()?.focus())
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const isDone = ctx.request.method === "POST" || ctx.sourceElement.matches("[data-closes-popover]")
  if (/^2/.test(ctx.response?.status) && isDone) ctx.sourceElement.closest("[data-closes-popover]")?.closest("[popover]")?.hidePopover()
})
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.target?.matches?.("#forward-sheet:not(:popover-open)")) ctx.target.showPopover() })
