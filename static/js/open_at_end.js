// Shows an opened conversation at its end, or at the message asked for, from the first paint on; thread.js finds the exact place.
const asked = document.querySelector("[data-at]")?.dataset.at
if (asked) document.getElementById(`message-${asked}`)?.scrollIntoView({ block: "center" })
else document.getElementById("thread")?.scrollTo(0, 1e9)
