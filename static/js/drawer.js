// The drawer beside a conversation: it takes the focus when it opens, Escape closes it, and the focus goes back.
const drawer = () => document.getElementById("drawer")
const close = () => drawer()?.querySelector(".drawer__close")
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
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !close() || event.isComposing) return
  if (document.querySelector("dialog[open], :popover-open, #recording:not([hidden]), #outgoing:not([hidden])")) return
  event.preventDefault()
  close().click()
})
