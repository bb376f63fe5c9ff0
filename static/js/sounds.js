// Plays a short sound, once for what comes together; quiet where the browser wants a click first.
const BURST = 1500
let last = -BURST

export function play(name) {
  const now = performance.now()
  if (name === "in" && now - last < BURST) return
  if (name === "in") last = now
  const sound = new Audio(new URL(`../sounds/${name}.wav`, import.meta.url))
  document.dispatchEvent(new CustomEvent("sound", { detail: name }))
  sound.play().catch(() => {})
}
