// Takes a combination as it is pressed in a field of the settings; Tab, Enter and Esc do there what they do everywhere.
import "../csrf.js"
import { combinations } from "./combination.js"

const BARE = { Backspace: "", Delete: "" } // these take the keys away
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-records-keys]")
  if (!field || event.isComposing || event.repeat || ["Control", "Alt", "Shift", "Meta", "AltGraph"].includes(event.key)) return
  const isBare = !event.ctrlKey && !event.altKey && !event.metaKey
  if (isBare && !(event.key in BARE) && !/^F\d/.test(event.key)) return
  event.preventDefault()
  field.value = isBare && event.key in BARE ? "" : combinations(event)[0]
  field.form.requestSubmit()
})
