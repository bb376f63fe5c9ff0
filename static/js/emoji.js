// Opens the emoji panel for the text or for a reaction; the picker in it is loaded when it is first wanted.
import { load } from "./later.js"
import { toast } from "./toast.js"

const panel = () => document.getElementById("emoji-panel")
const isOpen = () => panel().matches(":popover-open")
const hasKeyboard = () => matchMedia("(hover: hover)").matches
let asking // the button that opened the panel
const text = () => asking?.closest("#composer")?.elements.text

async function picker() {
  const { locale, source, words } = panel().dataset
  const { default: Picker } = await load("../vendor/emoji/picker.js", "../vendor/emoji/database.js")
  const i18n = words && (await load(words)).default
  return new Picker({ locale, dataSource: source, ...(i18n && { i18n }) })
}

function write(box, emoji) {
  if (hasKeyboard()) box.focus() // where there is none, the screen's own would cover the panel
  if (document.activeElement === box && document.execCommand("insertText", false, emoji)) return // which "undo" takes back
  box.setRangeText(emoji, box.selectionStart, box.selectionEnd, "end")
  box.dispatchEvent(new Event("input", { bubbles: true }))
}

document.addEventListener("click", ({ target }) => { asking = target.closest('[popovertarget="emoji-panel"]') ?? asking })
document.addEventListener("toggle", async ({ target, newState }) => {
  if (target !== panel()) return
  if (newState === "closed") return hasKeyboard() && text()?.focus()
  try { if (!panel().firstElementChild) panel().append(await picker()) } catch { return toast(panel().dataset.failed) }
  if (hasKeyboard() && isOpen()) panel().firstElementChild.shadowRoot.querySelector("input").select()
}, true)
document.addEventListener("emoji-click", ({ detail: { unicode } }) => {
  if (text()) return write(text(), unicode)
  const chosen = asking?.form?.querySelector("[data-any-emoji]")
  if (!chosen) return
  chosen.value = unicode
  asking.form.requestSubmit(chosen)
  document.getElementById("message-menu").hidePopover() // and the panel, which it opened
})
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) event.stopImmediatePropagation() // it closes the panel and nothing else
}, true)
for (const done of ["message-sent", "conversation-opened"]) document.addEventListener(done, () => { if (isOpen()) panel().hidePopover() })
