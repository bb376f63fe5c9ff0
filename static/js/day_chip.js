// Shows the floating day while the thread is scrolled, and a moment longer; CSS lets it fade.
let stopping
document.addEventListener("scroll", ({ target }) => {
  if (target.id !== "thread") return
  target.setAttribute("data-local-scrolling", "")
  clearTimeout(stopping)
  stopping = setTimeout(() => target.removeAttribute("data-local-scrolling"), 200)
}, { capture: true, passive: true })
