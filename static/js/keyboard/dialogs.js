// What the server draws into a dialog opens it, over all else; closing it gives the focus back, as the browser does by itself.
import { bring } from "../later.js"

document.addEventListener("htmx:after:swap", async ({ detail: { ctx } }) => {
  const dialog = ctx.target
  if (!dialog?.matches?.("dialog:not([open])")) return
  if (dialog.id === "palette") { // its script comes with its first use
    const palette = await bring("keyboard/palette.js")
    if (!palette) return
    palette.prepare()
  }
  dialog.showModal()
})
