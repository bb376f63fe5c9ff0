// A sheet: what is typed narrows its list, arrows walk it, Enter presses the first that is left; a choice may close it.
const sheet = () => document.getElementById("sheet")
const search = () => sheet().querySelector(".sheet__search")
const options = () => [...sheet().querySelectorAll(".sheet__entry:not([data-local-out]) > .sheet__option")]
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

document.addEventListener("input", ({ target }) => {
  if (!target.matches("#sheet .sheet__search")) return
  for (const one of sheet().querySelectorAll(".sheet__entry")) one.toggleAttribute("data-local-out", !plain(one.textContent).includes(plain(target.value.trim())))
})
document.addEventListener("keydown", (event) => {
  if (!event.target.matches(".sheet__search, .sheet__option")) return
  const all = options(), at = all.indexOf(event.target)
  if (event.key === "Enter" && at < 0) all[0]?.click()
  else if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus()
  else if (event.key === "ArrowUp") (all[at - 1] ?? search())?.focus()
  else return
  event.preventDefault()
})

const menu = () => document.getElementById("conversation-menu")
document.addEventListener("click", ({ target }) => {
  if (target.closest("#conversation-menu :is(a, button)") && !target.closest("[data-closes-popover]")) menu().hidePopover()
})
document.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "closed" && target === menu()) document.getElementById("conversation-marks").replaceChildren()
}, true)

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.response?.status === 200 && ctx.sourceElement.closest("#sheet [data-closes-sheet]")) sheet().close()
})
document.addEventListener("close", ({ target }) => { if (target === sheet()) sheet().replaceChildren() }, true)

// A long run of the desk's notices shows its last three; this button of the first of them shows the others.
document.addEventListener("click", ({ target }) => {
  if (target.closest(".notice-row__earlier")) document.getElementById("thread").toggleAttribute("data-local-notices")
})
