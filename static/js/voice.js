// A voice note in the composer's place: recorded, with pauses, then sent like a file or thrown away.
import "./leaving.js"
import { record } from "./recorder.js"
import { toast } from "./toast.js"
import { carry, freshId, upload } from "./uploading.js"

const MOST_COLUMNS = 150
const bar = () => document.getElementById("recording")
const part = (name) => bar().querySelector(`.recording__${name}`)
let recording // a promise: the browser may first have to ask

async function start() {
  const mine = bar()
  if (recording || !document.getElementById("outgoing").hidden) return
  recording = record({ heard, changed: (state) => { mine.dataset.state = state } })
  try { await recording } catch (fault) {
    recording = undefined
    return toast(mine.dataset[fault.name === "NotAllowedError" ? "microphoneRefused" : "noMicrophone"])
  }
  mine.elements.compose_id.value = freshId()
  mine.querySelector(".recording__loudness").replaceChildren()
  mine.hidden = false
  mine.querySelector('[data-voice="send"]').focus()
}

function heard(seconds, level) {
  part("time").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`
  const column = document.createElement("i")
  column.style.blockSize = `${10 + 90 * level}%`
  part("loudness").prepend(column)
  part("loudness").children[MOST_COLUMNS]?.remove()
}

async function send() {
  const mine = bar()
  if (mine.hasAttribute("data-sending")) return
  mine.toggleAttribute("data-sending", true)
  carry(mine, await (await recording).end())
  if (await upload(mine)) close()
  mine.removeAttribute("data-sending")
}

function stop() {
  recording?.then((one) => one.end(), () => {})
  recording = undefined
}

function close() {
  stop()
  htmx.trigger(bar(), "htmx:abort")
  bar().hidden = true
  document.getElementById("composer-text")?.focus()
}

const acts = { start, send, close, pause: async () => (await recording).pause() }
document.addEventListener("click", ({ target, detail }) => {
  if (detail < 2) acts[target.closest("[data-voice]")?.dataset.voice]?.() // a double click that sends must not record, too
})
document.addEventListener("conversation-opened", stop)
