// A text that Claude offers goes into the text box, below what stands there; nobody but a person sends it.
document.addEventListener("click", ({ target }) => {
  const words = target.closest("[data-puts]")?.dataset.puts, box = document.getElementById("composer-text")
  if (!words || !box) return
  const before = box.value.trimEnd()
  box.value = before ? `${before}\n\n${words}` : words
  box.dispatchEvent(new Event("input", { bubbles: true }))
  box.focus()
})
