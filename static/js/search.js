// Searching by the keyboard: arrows go through what was found, Escape clears the field and then leaves; the list comes back as it was.
const form = document.getElementById("search"), field = document.getElementById("search-field")
const list = () => document.getElementById("list")
const isSearching = () => list()?.dataset.list === "search"
const back = form.querySelector(".search__back")
const found = () => [...document.querySelectorAll("#list .results__row > a, #list .more > a")]
let before = "show=all"

function clear() {
  field.value = ""
  form.querySelector('[name="kind"][value=""]').checked = true
  for (const choice of form.querySelectorAll("select")) choice.selectedIndex = 0
  for (const day of form.querySelectorAll('[type="date"]')) day.value = ""
}

function escape() {
  if (!field.value && !isSearching()) return field.blur()
  if (!field.value) return back.click()
  field.value = ""
  field.dispatchEvent(new InputEvent("input", { bubbles: true }))
}

document.addEventListener("keydown", (event) => {
  const { target, key, isComposing } = event
  const isFound = target.closest?.('#list[data-list="search"]')
  if (isComposing || event.defaultPrevented || !isFound && !form.contains(target)) return
  if (key === "Escape") {
    event.preventDefault()
    event.stopPropagation()
    if (isFound) field.focus()
    else escape()
  } else if (["ArrowDown", "ArrowUp"].includes(key) && (isFound || target === field)) {
    event.preventDefault()
    const links = found()
    const place = links.indexOf(document.activeElement) + (key === "ArrowDown" ? 1 : -1)
    ;(place < 0 ? field : links[Math.min(place, links.length - 1)])?.focus()
  }
}, true)

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === back) ctx.request.action = `/?${before}`
  if (ctx.sourceElement === form && !isSearching()) before = list()?.dataset.query || "show=all"
})
document.addEventListener("htmx:after:swap", () => {
  if (list() && !isSearching() && document.activeElement !== field) clear()
})
document.addEventListener("click", ({ target }) => { if (target.closest("[data-search-everywhere]")) { const { value } = field; clear(); field.value = value } })
