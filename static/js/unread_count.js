// Shows in the tab's title and icon how many conversations want this attendant.
const SIZE = 32

const drawn = {} // icon by count

function favicon(count) {
  const show = (picture) => { document.getElementById("favicon").href = drawn[count] = picture }
  if (drawn[count]) return show(drawn[count])
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE })
  const pen = canvas.getContext("2d")
  const image = new Image(SIZE, SIZE)
  image.onload = () => {
    pen.drawImage(image, 0, 0, SIZE, SIZE)
    if (count) {
      const label = count < 100 ? String(count) : "99+"
      pen.font = `bold ${label.length > 2 ? 13 : 17}px system-ui, sans-serif`
      const width = Math.max(20, pen.measureText(label).width + 8)
      pen.fillStyle = "#b80531"
      pen.beginPath()
      pen.roundRect(SIZE - width, SIZE - 20, width, 20, 10)
      pen.fill()
      Object.assign(pen, { fillStyle: "#fff", textAlign: "center", textBaseline: "middle" })
      pen.fillText(label, SIZE - width / 2, SIZE - 9)
    }
    show(canvas.toDataURL())
  }
  image.src = plain
}

const plain = document.getElementById("favicon").href

customElements.define("unread-count", class extends HTMLElement {
  static observedAttributes = ["data-waiting"]

  attributeChangedCallback(name, before, now) {
    const count = Number(now)
    document.title = count ? `(${count}) Recado` : "Recado"
    favicon(count)
    if (count) navigator.setAppBadge?.(count).catch(() => {})
    else navigator.clearAppBadge?.().catch(() => {})
  }
})
