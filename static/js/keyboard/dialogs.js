// What the server draws into a dialog opens it, over all else; closing it gives the focus back, as the browser does by itself
// where the element is still there: the entry of a menu is not, and what was done may have drawn a row anew.
import { bring } from "../later.js"

document.addEventListener("htmx:after:swap", async ({ detail: { ctx } }) => {
  const dialog = ctx.target
  if (!dialog?.matches?.("dialog:not([open])")) return
  for (const menu of document.querySelectorAll(":popover-open:not([popover=manual])")) menu.hidePopover()
  if (dialog.id === "palette") { // its script comes with its first use
    const palette = await bring("keyboard/palette.js")
    if (!palette) return
    palette.prepare()
  }
  const row = document.activeElement.closest(".row")?.id
  dialog.addEventListener("close", () => {
    if (document.activeElement === document.body) document.getElementById(row)?.querySelector("a").focus({ preventScroll: true })
  }, { once: true })
  dialog.showModal()
})
