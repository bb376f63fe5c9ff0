// Keeps every tab of this browser up to date: the one that leads connects, the others hear from it.
import { connect, isOffline, isPast, later, lookAgainFrom, tellStatus } from "./connection.js"
import { at, fetchAnew, partReadAt, show, topics, whenReadEarlier } from "./page.js"
import { showStatus } from "./status.js"
import { hear, isLeader, tell, waitToLead } from "./tabs.js"
import { alsoWanted, without } from "./wanted.js"

const sayWhatIsShown = () => tell("i-show", { topics: topics(), cursor: at() })
const comeBack = () => { if (isLeader() && isOffline()) connect() }

const catchUpFrom = (moment) => {
  partReadAt(moment)
  if (isLeader()) lookAgainFrom(at())
  else sayWhatIsShown()
}
document.addEventListener("conversation-opened", ({ detail }) => catchUpFrom(detail.cursor))
document.addEventListener("list-opened", ({ detail }) => catchUpFrom(detail.cursor))
whenReadEarlier(catchUpFrom)
hear("i-show", ({ tab, topics: theirs, cursor: since }) => {
  if (!isLeader()) return
  if (alsoWanted(tab, theirs) || isPast(since)) lookAgainFrom(since)
  tellStatus()
})
hear("i-leave", ({ tab }) => without(tab))
hear("news", ({ news, covered }) => show(news, covered))
hear("resync", () => fetchAnew().then(sayWhatIsShown))
hear("status", ({ state }) => showStatus(state))
hear("who-is-there", sayWhatIsShown)

addEventListener("pagehide", () => tell("i-leave"))
addEventListener("offline", () => { if (isLeader()) later(0) }) // an open stream would not notice for half a minute
addEventListener("online", comeBack)
addEventListener("pageshow", comeBack)
document.addEventListener("visibilitychange", () => { if (!document.hidden) comeBack() })

sayWhatIsShown()
waitToLead(() => {
  tell("who-is-there")
  lookAgainFrom(at())
})
