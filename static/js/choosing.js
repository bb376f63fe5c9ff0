// Takes files from the attach menu, from the clipboard, and from wherever they are dropped over the conversation.
import { bringRest } from "./later.js"

const menu = () => document.getElementById("attach-menu")
async function add(files, as) {
  const pane = document.getElementById("outgoing"), rest = await bringRest()
  if (pane.isConnected) rest?.add(files, as) // else another conversation was opened meanwhile
}
const mayAttach = () => Boolean(document.querySelector(".attach")?.checkVisibility())

document.addEventListener("click", ({ target }) => { if (target.closest(".attach-menu button")) menu().hidePopover() })
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.filesAs) return
  menu().hidePopover()
  add([...target.files], target.dataset.filesAs)
  target.value = "" // the same file may be chosen once more
})

// Folders cannot be sent.
const isFile = (item) => item.kind === "file" && item.webkitGetAsEntry?.()?.isFile !== false
const filesOf = ({ items }) => [...items].filter(isFile).map((item) => item.getAsFile())

document.addEventListener("paste", (event) => {
  const { types } = event.clipboardData
  const isWriting = types.includes("text/plain") && types.includes("text/html") // a table's cells come as a picture, too
  const files = isWriting ? [] : filesOf(event.clipboardData)
  if (!files.length || !mayAttach()) return
  event.preventDefault()
  add(files, "usual")
})

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const { types } = event.dataTransfer
    if (!types.includes("Files")) return
    event.preventDefault() // else the browser would open the file in place of the page
    const isWanted = mayAttach() && !types.includes("text/html") // which a page's own picture has, when it is dragged
    const isGone = kind === "drop" || kind === "dragleave" && !event.relatedTarget
    document.getElementById("pane").toggleAttribute("data-local-dropping", isWanted && !isGone)
    if (isWanted && kind === "drop") add(filesOf(event.dataTransfer), "usual")
  })
}
