// "/" at the start of a line offers the quick replies; one that is chosen stands in its place, its file above the text.
import { suggest } from "./suggestions.js"

const box = () => document.getElementById("composer-text")
const carried = () => document.getElementById("composer-quick-reply")

const replies = suggest({
  box,
  list: () => document.getElementById("quick-replies"),
  begins: /(?:^|\n)\/(\S{0,40})$/,
  put(option, from) {
    box().setRangeText(option.dataset.words, from, box().selectionStart, "end")
    carried().replaceChildren(option.querySelector("template").content.cloneNode(true))
  },
})

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-action='forget-quick-reply']")) { carried().replaceChildren(); box().focus() }
  if (!event.target.closest("#attach-menu [data-command='quick-replies']")) return
  event.preventDefault()
  document.getElementById("attach-menu").hidePopover()
  box().focus()
  replies.open(box().selectionStart)
})
