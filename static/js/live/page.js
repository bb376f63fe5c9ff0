// Brings news onto this tab's page, each event once and in order; fetches the page anew when told to.
import { openId } from "../selection.js"
import { signInAgain } from "../toast.js"

const app = () => document.getElementById("app")
let cursor = Number(app().dataset.cursor)
let last = Promise.resolve()

export const topics = () => ["inbox", ...(openId() ? [`conv:${openId()}`] : [])]
export const day = () => app().dataset.day
export const at = () => cursor

// A pane that was read earlier than the rest of the page takes the whole page back to that moment.
export const paneReadAt = (moment) => { cursor = Math.min(cursor, moment) }

const inOrder = (work) => { last = last.then(work).catch((fault) => console.error(fault)); return last }

// `covered`: the topics these news were asked for; unless ours are among them they may be incomplete for this tab.
export const show = (news, covered) => inOrder(async () => {
  if (news.cursor <= cursor) return
  if (news.html) await htmx.swap({ text: news.html, sourceElement: document.body, target: document.body, swap: "none" })
  if (topics().every((topic) => covered.includes(topic))) cursor = news.cursor
})

export const fetchAnew = () => inOrder(async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })
  if (answer.redirected || answer.status === 401) return signInAgain()
  if (!answer.ok) return answer.status === 404 ? location.reload() : undefined
  const text = await answer.text()
  await htmx.swap({ text, sourceElement: document.body, target: app(), select: "#app", swap: "outerMorph" })
  cursor = Number(app().dataset.cursor)
})
