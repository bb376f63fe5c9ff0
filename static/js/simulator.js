// Enter sends from the simulated phone, Shift+Enter breaks the line; without script the button sends.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("#phone-composer")
  if (!form || event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  form.requestSubmit()
})
