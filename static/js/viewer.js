// Shows photos and videos over the whole page: fitted or larger, with the ones before and after, by keys, clicks and swipes.
const SWIPE = 60, LARGEST = 5
let opener, from
const viewer = Object.assign(document.createElement("dialog"), { id: "viewer", className: "viewer" })
viewer.setAttribute("aria-labelledby", "viewer-title"); document.body.append(viewer)
const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../css/viewer.css", import.meta.url) })
const styled = new Promise((done) => { style.onload = style.onerror = done })
document.head.append(style)

export async function show(link) {
  if (!viewer.open) opener = link
  await htmx.ajax("GET", link.dataset.viewer, { target: viewer, swap: "innerMorph" })
  await styled
  if (!viewer.open && viewer.firstElementChild) viewer.showModal()
  viewer.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" })
}

const stage = () => viewer.querySelector(".viewer__stage")
const level = () => Number(stage().style.getPropertyValue("--zoom")) || 1
function zoom(to) {
  const size = Math.min(Math.max(to, 1), LARGEST)
  stage().style.setProperty("--zoom", size); stage().toggleAttribute("data-local-zoomed", size > 1)
}
const press = (name) => viewer.querySelector(`[data-command="${name}"]`)?.click()

viewer.addEventListener("close", () => {
  viewer.querySelector("video")?.pause()
  viewer.replaceChildren()
  opener?.focus({ preventScroll: true })
})
viewer.addEventListener("click", ({ target }) => {
  const command = target.closest("[data-command]")?.dataset.command
  if (command === "zoom-in") zoom(level() * 1.5)
  if (command === "zoom-out") zoom(level() / 1.5)
  if (command === "close-viewer" || target.matches(".viewer__stage:not([data-local-zoomed])")) viewer.close()
})
viewer.addEventListener("dblclick", ({ target }) => { if (target.matches("img.viewer__picture")) zoom(level() > 1 ? 1 : 2.5) })
viewer.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const again = ctx.sourceElement.dataset.viewerAgain
  if (again && ctx.response?.status === 200) htmx.ajax("GET", again, { target: viewer, swap: "innerMorph" })
  if (ctx.sourceElement.dataset.action !== "reply") return
  opener = document.getElementById("composer-text")
  viewer.close()
})
const KEYS = { ArrowLeft: "previous-picture", ArrowRight: "next-picture", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out" }
document.addEventListener("keydown", (event) => {
  if (!viewer.open || event.target.matches("video") || event.ctrlKey || event.altKey || event.metaKey || !KEYS[event.key]) return
  event.preventDefault(); event.stopImmediatePropagation()
  press(KEYS[event.key])
}, true)
viewer.addEventListener("pointermove", ({ buttons, pointerType, movementX, movementY }) => {
  if (buttons && pointerType === "mouse" && level() > 1) stage().scrollBy(-movementX, -movementY)
})
viewer.addEventListener("touchstart", ({ touches: [finger, second] }) => { from = second ? null : finger }, { passive: true })
viewer.addEventListener("touchend", ({ changedTouches: [finger] }) => {
  if (!from || level() > 1) return
  const [x, y] = [finger.clientX - from.clientX, finger.clientY - from.clientY]
  if (Math.abs(x) > SWIPE && Math.abs(x) > Math.abs(y)) press(x > 0 ? "previous-picture" : "next-picture")
  else if (y > 2 * SWIPE) viewer.close()
})
