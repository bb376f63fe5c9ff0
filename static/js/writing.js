// That a colleague writes: nobody is told it of themself, and it goes when nothing has come for a while.
const app = document.getElementById("app")
const [visit] = performance.getEntriesByType("navigation")
const ahead = Number(app.dataset.now) * 1000 - performance.timeOrigin - visit.responseStart // the server's clock counts

customElements.define("writing-note", class extends HTMLElement {
  static observedAttributes = ["data-until"]
  connectedCallback() { this.toggleAttribute("data-local-own", this.dataset.user === app.dataset.user) }
  attributeChangedCallback() {
    clearTimeout(this.ending)
    this.ending = setTimeout(() => this.remove(), Number(this.dataset.until) * 1000 - Date.now() - ahead)
  }
})
