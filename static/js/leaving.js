// Asks before files or a recording that were not sent are lost: on the way to another conversation, on closing the tab.
const unsent = () => document.querySelector("#outgoing:not([hidden]), #recording:not([hidden])")

export function ask(andThen) {
  const question = document.getElementById("discard-unsent")
  question.returnValue = ""
  question.onclose = () => { if (question.returnValue === "discard") andThen() }
  question.showModal()
}

document.addEventListener("htmx:before:request", (event) => {
  const { target, sourceElement } = event.detail.ctx
  if (target?.id !== "pane" || !unsent()) return
  event.preventDefault()
  ask(() => { unsent().hidden = true; sourceElement.click() })
})
addEventListener("beforeunload", (event) => { if (unsent()) event.preventDefault() })
