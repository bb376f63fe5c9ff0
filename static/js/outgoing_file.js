// One file that waits to be sent: its form with preview and caption, and the button with its small picture in the strip.
import { carry, freshId, say } from "./uploading.js"

const kindOf = (file) => /^(image|video|audio)\//.exec(file.type)?.[1] ?? "document"

export function made(pane, file, as) {
  const [form, thumb] = pane.querySelector("template").content.cloneNode(true).children
  form.id = freshId()
  thumb.setAttribute("aria-controls", form.id)
  thumb.setAttribute("aria-label", file.name)
  carry(form, file)
  form.elements.compose_id.value = freshId()
  Object.assign(form.elements.as, { value: as === "sticker" ? as : "document", checked: as !== "usual" })
  form.dataset.kind = as === "sticker" ? as : kindOf(file)
  form.querySelector(".outgoing__name").textContent = file.name
  form.querySelector(".outgoing__size").textContent = size(file.size)
  for (const picture of [form, thumb].flatMap((piece) => [...piece.querySelectorAll("[data-shows]")])) {
    picture.onload = () => URL.revokeObjectURL(picture.src)
    picture.onerror = () => picture.remove() // what this browser cannot draw keeps its icon
    if (picture.dataset.shows === kindOf(file)) picture.src = URL.createObjectURL(file)
    else picture.remove()
  }
  pane.querySelector(".outgoing__files").append(form)
  pane.querySelector(".outgoing__strip").append(thumb)
  htmx.process(form)
  return form
}

function size(bytes) {
  const [unit, amount] = bytes < 1e6 ? ["kilobyte", Math.ceil(bytes / 1e3)] : ["megabyte", bytes / 1e6]
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount)
}

// Whether it is worth the way; says beside it why not. All else is for the server to judge, which converts much.
export function isAcceptable({ dataset: { largest, tooLarge, empty } }, form) {
  const [{ size }] = form.elements.files.files
  say(form, !size ? empty : tooLarge)
  return size > 0 && size <= Number(largest)
}
