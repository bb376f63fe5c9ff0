// What the server draws into a dialog opens it, over all else; closing it gives the focus back, as the browser does by itself.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.matches?.("dialog:not([open])")) ctx.target.showModal()
})
