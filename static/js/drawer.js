// The drawer beside a conversation: it takes the focus when it opens, and gives it back; its clock goes on.
const drawer = () => document.getElementById("drawer")
const close = () => drawer()?.querySelector("[data-command=close-drawer]")
let opener, was

document.addEventListener("htmx:before:swap", () => {
  was = drawer()?.dataset.drawer
  if (!was && document.activeElement !== document.body) opener = document.activeElement
})
document.addEventListener("htmx:after:swap", () => {
  const now = drawer()?.dataset.drawer
  if (now === was) return
  if (now) return (drawer().querySelector("[autofocus]") ?? close()).focus()
  document.dispatchEvent(new CustomEvent("thread-uncovered"))
  if (document.activeElement === document.body) (opener?.isConnected ? opener : document.querySelector(".header__contact"))?.focus()
})
setInterval(() => {
  for (const clock of document.querySelectorAll("[data-minutes-ahead]")) clock.textContent = new Date(Date.now() + clock.dataset.minutesAhead * 60_000).toISOString().slice(11, 16)
}, 20_000)
