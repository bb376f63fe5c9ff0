// While a hand is on the list no row moves under it: rows change in place, and find their new places a moment after it rests.
import { isForRows } from "./list.js"

const REST = 1500
const rows = () => document.getElementById("conversation-list")
let busyUntil = 0, settling

function busy({ target }) {
  if (!target.closest?.("#conversation-list")) return
  busyUntil = performance.now() + REST
  clearTimeout(settling)
  settling = setTimeout(settle, REST)
}
for (const act of ["pointermove", "pointerdown", "wheel", "keydown", "focusin"]) document.addEventListener(act, busy, { passive: true })

const isRow = (task) => task.target?.parentElement === rows() && task.swapSpec.style === "delete"
const comes = (task) => (isForRows(task) ? [...task.fragment.children] : [])
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (performance.now() > busyUntil || !rows() || ctx.request?.method === "GET") return
  const coming = tasks.flatMap(comes)
  for (const row of coming) if (!document.getElementById(row.id)) row.dataset.localComing = ""
  for (const { target } of tasks.filter(isRow)) if (!coming.some((row) => row.id === target.id)) target.dataset.localLeaving = ""
  tasks.splice(0, Infinity, ...tasks.filter((task) => !isRow(task)))
})

// Every row where it belongs; those that stand right are not touched, so that the focus stays.
function settle() {
  for (const row of document.querySelectorAll("[data-local-leaving]")) row.remove()
  for (const row of document.querySelectorAll("[data-local-coming]")) delete row.dataset.localComing
  const box = rows()
  if (!box) return
  const inOrder = [...box.children].sort((a, b) => (a.dataset.k < b.dataset.k ? 1 : -1))
  const focused = document.activeElement
  inOrder.forEach((row, place) => { if (box.children[place] !== row) box.insertBefore(row, box.children[place]) })
  if (focused !== document.activeElement && box.contains(focused)) focused.focus({ preventScroll: true })
}
