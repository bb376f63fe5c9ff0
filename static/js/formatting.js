// Bold, italic and the rest for what is selected in the text, by the buttons over it, which have their keys. Again takes it off.
const box = () => document.getElementById("composer-text")
const bar = () => document.querySelector(".format")
const BLOCK = "```"
const MARKS = { bold: "*", italic: "_", strikethrough: "~", code: "`", "code-block": BLOCK } // all but the last within a line
const LINES = { bulleted: [/^[-*] /, () => "- "], numbered: [/^\d+\. /, (place) => `${place + 1}. `], quote: [/^> /, () => "> "] }

function put(text, start, end, from, until) {
  box().focus()
  box().setSelectionRange(start, end)
  document.execCommand(text ? "insertText" : "delete", false, text) // which "undo" takes back
  box().setSelectionRange(from, until)
}

// Blanks at the edges stay outside, for a mark only counts beside a word; marks just outside count as these words' own.
function edges(sign) {
  let { value, selectionStart: start, selectionEnd: end } = box()
  while (start < end && /\s/.test(value[start])) start++
  while (start < end && /\s/.test(value[end - 1])) end--
  const before = value.slice(0, start), isAround = before.endsWith(sign) && value.startsWith(sign, end)
  return isAround && (sign === BLOCK || !before.endsWith(BLOCK)) ? [start - sign.length, end + sign.length] : [start, end]
}

function wrap(sign) {
  const [start, end] = edges(sign), inside = box().value.slice(start, end)
  const lines = sign === BLOCK ? [inside] : inside.split("\n")
  const isOn = (line) => line.length >= 2 * sign.length && line.startsWith(sign) && line.endsWith(sign)
  const off = inside && lines.filter((line) => line.trim()).every(isOn)
  const text = lines.map((line, place) => off ? line.slice(sign.length, -sign.length) : isOn(line) || place && !line.trim() ? line : sign + line + sign).join("\n")
  const inner = off || lines.length > 1 ? 0 : sign.length
  put(text, start, end, start + inner, start + text.length - inner)
}

function begin([shape, mark]) {
  const { value, selectionStart: start, selectionEnd: end } = box()
  const from = value.lastIndexOf("\n", start - 1) + 1, until = (value.indexOf("\n", end) + 1 || value.length + 1) - 1
  const lines = value.slice(from, until).split("\n"), off = lines.every((line) => shape.test(line))
  const text = lines.map((line, place) => (off ? "" : mark(place)) + line.replace(/^(?:[-*] |\d+\. |> )/, "")).join("\n")
  put(text, from, until, start === end ? from + text.length : from, from + text.length)
}

document.addEventListener("click", ({ target }) => {
  const kind = target.closest(".format button")?.dataset.command
  if (kind in MARKS) wrap(MARKS[kind])
  else if (kind) begin(LINES[kind])
})
document.addEventListener("mousedown", (event) => { if (event.target.closest(".format")) event.preventDefault() }) // the text keeps the focus
document.addEventListener("selectionchange", () => {
  const isHere = document.activeElement?.closest("#composer") // also on the way from the text to these buttons
  bar()?.toggleAttribute("data-local-shown", Boolean(isHere && box().selectionStart !== box().selectionEnd))
})
