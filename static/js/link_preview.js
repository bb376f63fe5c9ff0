// Tells over the text that WhatsApp will draw a preview of its first link, and leaves it out of this message when asked.
const form = () => document.getElementById("composer")
const chip = () => document.getElementById("link-preview")
const without = () => form().elements.without_preview

function host() {
  const [address] = form().elements.text.value.match(/https?:\/\/[^\s<>"]+/) ?? []
  try { return new URL(address).hostname.replace(/[^\p{L}\p{N}]+$/u, "") } catch { return "" } // whoever it looks like
}

function look() {
  if (!chip()) return
  const to = host()
  if (!to) without().disabled = true // the next link is another one
  chip().hidden = !to || !without().disabled
  chip().querySelector("span").textContent = to && chip().dataset.words.replace("{host}", to)
}

document.addEventListener("input", ({ target }) => { if (target === form()?.elements.text) look() })
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-action='leave-preview-out']")) return
  without().disabled = false
  look()
  form().elements.text.focus()
})
document.addEventListener("message-sent", () => { if (chip()) { without().disabled = true; look() } })
for (const drawn of ["conversation-opened", "htmx:after:swap"]) document.addEventListener(drawn, look)
look()
