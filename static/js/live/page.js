// Brings news onto this tab's page, each event once and in order; fetches the page anew when told to.
import { openId } from "../selection.js"
import { signInAgain } from "../toast.js"
import { lookLike } from "./looks.js"

const app = () => document.getElementById("app")
let cursor = Number(app().dataset.cursor)
let last = Promise.resolve()

const list = () => document.getElementById("list")?.dataset.list
const chat = () => document.getElementById("thread")?.dataset.chat
export const topics = () => [...(list() ? [list() === "all" ? "inbox" : `inbox:${list()}`] : []), ...(openId() ? [`conv:${openId()}`] : []), ...(chat() ? [`chat:${chat()}`] : [])]
export const day = () => app().dataset.day
export const at = () => cursor

// A part that was read earlier than the rest of the page takes the whole page back to that moment.
export const partReadAt = (moment) => { cursor = Math.min(cursor, moment) }

const inOrder = (work) => { last = last.then(work).catch((fault) => console.error(fault)); return last }

// `covered`: the topics these news were asked for; unless ours are among them they may be incomplete for this tab.
export const show = (news, covered) => inOrder(async () => {
  if (news.cursor <= cursor) return
  if (topics().every((topic) => covered.includes(topic))) cursor = news.cursor
  if (news.html) await htmx.swap({ text: news.html, sourceElement: document.body, target: document.body, swap: "none" })
})

const readAt = ({ ctx }) => Number(ctx.response?.headers.get("X-Live-Cursor") ?? NaN)

// The answer to a form that news have overtaken: all that it would draw is here already, and newer. What is no news stays:
// the forms themselves, and what they say.
const OWN = "#composer, #note, #sheet, .unread-bar, #done, #undo"
document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (!(readAt(detail) <= cursor) || detail.ctx.request.method === "GET") return
  const own = detail.tasks.filter((task) => task.target?.closest?.(OWN))
  detail.tasks.splice(0, Infinity, ...own)
})

// More rows or older bubbles that were read before the newest news: what happened to them meanwhile comes again.
export const whenReadEarlier = (act) => document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (readAt(detail) < cursor && detail.ctx.request.method === "GET") act(readAt(detail))
})

async function anew() {
  const address = location.href
  const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" })
  const text = await answer.text()
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/c/")) return location.replace(answer.url) // it has become part of another
  if (answer.redirected || answer.status === 401) return signInAgain()
  if (answer.status === 404) return location.reload()
  if (!answer.ok) return false
  if (location.href !== address) return anew() // another conversation was opened meanwhile
  await htmx.swap({ text, sourceElement: document.body, target: app(), select: "#app", swap: "outerMorph" })
  lookLike(text)
  cursor = Number(app().dataset.cursor)
  return true
}
// Whether the page is a fresh one now.
export const fetchAnew = () => inOrder(anew)
