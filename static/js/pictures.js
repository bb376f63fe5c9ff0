// Opens a photo or video over the whole page; what that needs is loaded with the first one. Without script the link opens the file.
import { bring } from "./later.js"

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-viewer]")
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  const viewer = await bring("viewer.js")
  viewer?.show(link)
})
