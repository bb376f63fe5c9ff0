// What the server draws into a dialog opens it, over all else; closing it gives the focus back, as the browser does by itself.
document.addEventListener("htmx:after:swap", async ({ detail: { ctx } }) => {
  const dialog = ctx.target
  if (!dialog?.matches?.("dialog:not([open])")) return
  if (dialog.id === "palette") (await import("./palette.js")).prepare() // its script comes with its first use
  dialog.showModal()
})
