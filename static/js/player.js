// Plays voice notes: one at a time, at the speed chosen for all, and when one ends the next in the thread.
const SPEEDS = [1, 1.5, 2]
let speed = 1

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`
const players = () => [...document.querySelectorAll("#thread voice-player")]

// What it shows while it plays stands in attributes of its own, which redrawing the bubble leaves alone.
customElements.define("voice-player", class extends HTMLElement {
  connectedCallback() {
    if (this.sound) return
    this.sound = this.querySelector("audio")
    this.button = this.querySelector(".voice__play")
    this.position = this.querySelector(".voice__position")
    this.words = { play: this.button.getAttribute("aria-label"), pause: this.button.dataset.pause }
    this.button.addEventListener("click", () => this.sound.paused ? this.play() : this.sound.pause())
    this.querySelector(".voice__speed").addEventListener("click", chooseNextSpeed)
    this.position.addEventListener("input", () => {
      if (this.sound.duration) this.sound.currentTime = this.sound.duration * this.position.value / 1000
    })
    for (const name of ["play", "pause", "ended"]) this.sound.addEventListener(name, () => this.show())
    this.sound.addEventListener("timeupdate", () => this.show())
    this.sound.addEventListener("ended", () => this.playNext())
  }

  play() {
    for (const other of players()) if (other !== this) other.sound?.pause()
    this.sound.playbackRate = speed
    return this.sound.play().catch(() => {}) // the browser may want a click first
  }

  playNext() {
    this.sound.currentTime = 0
    const all = players()
    all[all.indexOf(this) + 1]?.play()
  }

  show() {
    const { currentTime, duration, paused, ended } = this.sound
    const share = duration ? currentTime / duration : 0
    this.toggleAttribute("data-local-playing", !paused && !ended)
    this.button.setAttribute("aria-label", paused || ended ? this.words.play : this.words.pause)
    this.position.value = share * 1000
    this.position.setAttribute("aria-valuetext", clock(currentTime))
    this.querySelector(".voice__time").dataset.localTime = clock(currentTime)
    this.style.setProperty("--played", `${share * 100}%`)
  }
})

function chooseNextSpeed() {
  speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]
  document.documentElement.dataset.localSpeed = speed
  for (const { sound } of players()) if (sound) sound.playbackRate = speed
}
