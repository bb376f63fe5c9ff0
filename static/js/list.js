// Keeps the chosen list in the address, in this browser's memory and in what is asked for live; rows that belong below what is loaded wait there.
const list = () => document.getElementById("list")
const rows = () => document.getElementById("conversation-list")
const KEY = "recado.list"

// What opens beside the list keeps the list's part of the address.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const query = list()?.dataset.query
  if (!query || ctx.request.method !== "GET" || !["pane", "drawer"].includes(ctx.target?.id)) return
  const address = new URL(ctx.request.action, location.href)
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value)
  ctx.request.action = address.pathname + address.search
})

let shown
function follow() {
  if (list() === shown) return
  shown = list()
  if (!shown) return
  if (shown.dataset.query !== undefined && !["archived", "search"].includes(shown.dataset.list)) localStorage.setItem(KEY, shown.dataset.query)
  document.dispatchEvent(new CustomEvent("list-opened", { detail: { cursor: Number(shown.dataset.cursor) } }))
}

// A row that came to a place below all that is loaded comes with the page of further ones, not before.
export const isForRows = ({ target, swapSpec }) => // a selector until it is swapped in
  swapSpec.style === "upsert" && (typeof target === "string" ? document.querySelector(target) : target) === rows()
const isBelow = (task, last) => isForRows(task) &&
  task.fragment.firstElementChild?.dataset.k < last && !document.getElementById(task.fragment.firstElementChild.id)
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const last = rows()?.lastElementChild?.dataset.k
  if (!last || ctx.request?.method === "GET" || !document.querySelector("#more-rows a")) return
  tasks.splice(0, Infinity, ...tasks.filter((task) => !isBelow(task, last)))
})

// The filter that was pressed keeps the focus, and the open row stays in sight.
let focused, wasInSight
const openRow = () => rows()?.querySelector('[aria-current="true"]')
const isInSight = (row) => {
  const box = rows().parentElement.getBoundingClientRect(), edges = row.getBoundingClientRect()
  return edges.bottom > box.top && edges.top < box.bottom
}
document.addEventListener("htmx:before:swap", () => {
  focused = document.activeElement?.closest(".filter, #archived, .list__back")?.id
  wasInSight = openRow() && isInSight(openRow())
})
document.addEventListener("htmx:after:swap", () => {
  follow()
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true })
  if (wasInSight && openRow() && !isInSight(openRow())) openRow().scrollIntoView({ block: "nearest" })
})
document.addEventListener("conversation-opened", () => {
  openRow()?.scrollIntoView({ block: "nearest" })
  const stale = '#list[data-list="unread"] .row[data-unread="0"]:not([data-marked-unread], [aria-current])'
  for (const read of document.querySelectorAll(stale)) read.remove() // it stayed while it was open
})
follow()
