// ":" and the beginning of an emoji's word, in the reader's language, offers those that have it; ":word:" becomes one at once.
import { plain, suggest } from "./suggestions.js"

const MOST = 20
const BEFORE = String.raw`(?<=^|[\s(\p{Emoji_Presentation}\uFE0F])` // "http:" and "10:30" offer nothing
const CLOSED = new RegExp(String.raw`${BEFORE}:([\p{L}\p{M}\p{N}_]{2,40}):$`, "u")
const box = () => document.getElementById("composer-text")
const list = () => document.getElementById("emoji-words")
let loading

async function load() {
  const answer = await fetch(document.getElementById("emoji-panel").dataset.source)
  return (await answer.json()).map(({ emoji, annotation, shortcodes, tags = [] }) => {
    const names = [...shortcodes, plain(annotation)], also = tags.map(plain)
    return { emoji, annotation, names, also, words: [...names, ...also].flatMap((one) => [one, ...one.split(/[\s_-]+/)]) }
  })
}

// Those called so come first, then whose name begins so, above all with the word itself beside it, then who have the word.
async function fitting(wanted) {
  const begins = (word) => word.startsWith(wanted)
  const place = ({ names, also, words }) => {
    const isCalled = names.some(begins), has = also.includes(wanted)
    return [names.includes(wanted), isCalled && has, isCalled, has, words.some(begins)].indexOf(true)
  }
  const known = await (loading ??= load().catch(() => { loading = null; return [] }))
  return known.map((one) => ({ ...one, place: place(one) })).filter((one) => one.place >= 0).sort((one, other) => one.place - other.place)
}

function drawn({ emoji, annotation }, place) {
  const option = list().querySelector("template").content.firstElementChild.cloneNode(true)
  option.id = `emoji-word-${place}`
  option.firstElementChild.textContent = emoji
  option.lastElementChild.textContent = annotation
  return option
}

function put(emoji, from) {
  box().setSelectionRange(from, box().selectionStart)
  document.execCommand("insertText", false, emoji) // which "undo" takes back
}

suggest({
  box,
  list,
  begins: new RegExp(String.raw`${BEFORE}:(\p{L}\p{M}*[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]{0,38})$`, "u"),
  put: (option, from) => put(option.firstElementChild.textContent, from),
  async fill(wanted) {
    const fit = await fitting(wanted)
    if (!list()) return // the window has closed meanwhile
    const found = fit.slice(0, MOST).map(drawn)
    for (const option of found) option.dataset.says = wanted
    list().firstElementChild.replaceChildren(...found)
  },
})

document.addEventListener("input", async ({ target, data }) => {
  if (target !== box() || !data?.endsWith(":")) return // typed: what is pasted, or brought back by "undo", stays
  const before = () => box().value.slice(0, box().selectionStart), typed = before(), closed = typed.match(CLOSED)
  if (!closed) return
  const word = plain(closed[1]), whole = (await fitting(word)).find(({ names, also }) => names.includes(word) || also.includes(word))
  if (whole && before() === typed) put(whole.emoji, closed.index)
})
