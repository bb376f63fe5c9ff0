// Shows how this tab receives; a lost connection is said in words after five seconds.
const SAY_AFTER = 5000
let saying

export function showStatus(state) {
  const box = document.getElementById("live-status")
  if (!box || box.dataset.state === state) return
  box.dataset.state = state
  clearTimeout(saying)
  box.querySelector(".live-status__text").textContent = ""
  const say = () => {
    const now = document.getElementById("live-status")
    if (now.dataset.state !== "offline") return
    now.querySelector(".live-status__text").textContent = now.dataset.offline
    document.dispatchEvent(new CustomEvent("connection-lost"))
  }
  if (state === "offline") saying = setTimeout(say, SAY_AFTER)
  else document.dispatchEvent(new CustomEvent("connection-back"))
}
