// What is copied from several messages, selected as text or one by one, says when and who: `[10:32, 26/11/2026] Ana: texto`.
const nameOf = (message) => {
  if (message.dataset.direction === "in") return document.querySelector(".header__contact").textContent.trim()
  let first = message
  while (!first.querySelector(".bubble__author") && first.previousElementSibling) first = first.previousElementSibling
  return first.querySelector(".bubble__author")?.textContent.trim() ?? ""
}
function dayOf(message) {
  let day = message
  while (day && !day.matches(".day")) day = day.previousElementSibling
  return (day?.id ?? "").split("-").slice(-3).reverse().join("/")
}
const wordsOf = (message) => {
  const body = message.querySelector(".bubble__body")
  if (body) return body.innerText.trim()
  const file = message.querySelector(".media__name, .media [alt], .media [aria-label], .bubble__kind")
  return (file?.getAttribute("alt") ?? file?.getAttribute("aria-label") ?? file?.textContent ?? "").trim()
}

export const transcript = (messages, words = wordsOf) => messages
  .map((one) => `[${one.querySelector(".bubble__meta time").textContent}, ${dayOf(one)}] ${nameOf(one)}: ${words(one)}`).join("\n")

document.addEventListener("copy", (event) => {
  const selection = getSelection(), thread = document.getElementById("thread")
  if (selection.isCollapsed || !thread?.contains(selection.anchorNode) || !thread.contains(selection.focusNode)) return
  const range = selection.getRangeAt(0)
  const messages = [...thread.querySelectorAll("article.message")].filter((one) => range.intersectsNode(one.querySelector(".bubble")))
  if (messages.length < 2) return
  const within = (message) => {
    const body = message.querySelector(".bubble__body")
    if (!body) return wordsOf(message)
    const part = document.createRange()
    part.selectNodeContents(body)
    if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset)
    if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset)
    const piece = part.cloneContents()
    piece.querySelectorAll("br").forEach((one) => one.replaceWith("\n"))
    return piece.textContent.trim()
  }
  event.clipboardData.setData("text/plain", transcript(messages, within))
  event.preventDefault()
})
