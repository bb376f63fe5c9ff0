// Leads to a message: one that is quoted or was found, loaded if it is far away, lit up for a moment; and the round button down.
import { openId } from "./selection.js"
import { anchor, arrive, box, goDown, isAtBottom, isAtEnd, look, missed, returnTo } from "./thread.js"

const LIGHT = 1200
const bubble = (id) => document.getElementById(`message-${id}`)
const button = () => document.querySelector(".to-bottom")
let cameFrom // where the reader was before a jump: the button brings them back

function show(id, isByKeyboard) {
  const found = bubble(id)
  found.scrollIntoView({ block: "center" })
  found.setAttribute("data-local-lit", "")
  setTimeout(() => found.removeAttribute("data-local-lit"), LIGHT)
  if (isByKeyboard) Object.assign(found, { tabIndex: -1 }).focus({ preventScroll: true })
  look()
}

function address(at) {
  const here = new URL(location)
  if (at) here.searchParams.set("at", at)
  else here.searchParams.delete("at")
  if (here.href !== location.href) history.replaceState(history.state, "", here)
}

const load = (at) => htmx.ajax("GET", `/c/${openId()}/messages${at ? `?at=${at}` : ""}`, { source: box(), swap: "none" })

export async function jump(id, isByKeyboard) {
  cameFrom = anchor()
  if (!bubble(id)) { await load(id); address(id) }
  if (bubble(id)) show(id, isByKeyboard)
}

async function toEnd() {
  address()
  if (!isAtEnd()) { await load(); arrive() } else goDown()
}

// Back to where a jump began; else to the first message not seen; else to the bottom.
async function down() {
  const back = cameFrom, first = document.getElementById([...missed][0]), bar = box().querySelector(".unread-bar")
  cameFrom = undefined
  if (back) return returnTo(back) || (await load(back.id.slice(8)), returnTo(back))
  const unseen = first ?? bar, isBelow = unseen?.getBoundingClientRect().top > box().getBoundingClientRect().bottom
  if (isBelow) unseen.scrollIntoView({ block: "start" })
  else await toEnd()
  if (first && isBelow) missed.clear()
  look()
}

document.addEventListener("place-changed", () => {
  if (isAtBottom()) { cameFrom = undefined; address() }
  button().hidden = isAtBottom()
  Object.assign(button().querySelector(".to-bottom__count"), { textContent: missed.size, hidden: !missed.size })
})
document.addEventListener("message-asked-for", ({ detail }) => { if (bubble(detail)) show(detail) })
document.addEventListener("message-sent", toEnd)
document.addEventListener("click", (event) => {
  if (event.target.closest(".to-bottom")) return down()
  const link = event.target.closest("a[data-jump]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !link.pathname.endsWith(`/${openId()}`)) return
  if (!box().checkVisibility({ visibilityProperty: true })) return // the drawer covers it: the page is fetched, at the message
  event.preventDefault()
  jump(link.dataset.jump, event.detail === 0)
})
