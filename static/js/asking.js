// A question to Claude: Enter asks.
const box = document.getElementById("question")
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  if (box.value.trim()) box.form.requestSubmit()
})
