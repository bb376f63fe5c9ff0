// A text that Claude offers goes into the text box, below what stands there or in its place; nobody but a person sends it.
document.addEventListener("click", ({ target }) => {
  const { puts: words, instead } = target.closest("[data-puts]")?.dataset ?? {}, box = document.getElementById("composer-text")
  if (!words || !box) return
  const before = instead === undefined && box.value.trimEnd()
  box.value = before ? `${before}\n\n${words}` : words
  box.dispatchEvent(new Event("input", { bubbles: true }))
  box.focus()
})
