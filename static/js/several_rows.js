// While several conversations are chosen: how many they are, and that a row drawn anew stays chosen.
const chosen = new Set()
const boxes = () => document.querySelectorAll('#list[data-selecting] .row__choice input')

function show() {
  const count = document.querySelector(".selecting__count")
  if (!count) return chosen.clear()
  for (const box of boxes()) box.checked = chosen.has(box.value)
  if (chosen.size) count.textContent = count.dataset.words.replace("{num}", chosen.size)
  for (const button of document.querySelectorAll(".selecting__act")) button.disabled = !chosen.size
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches(".row__choice input")) return
  if (target.checked) chosen.add(target.value)
  else chosen.delete(target.value)
  show()
})
document.addEventListener("htmx:after:swap", show)
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => { // done: the list goes on as before
  if (ctx.sourceElement.id === "selected" && ctx.response?.status === 200) document.querySelector(".selecting__end").click()
})
show()
