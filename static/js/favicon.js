// Draws the tab's icon: how many conversations wait, a dot for what came unseen, grey without a connection.
const SIZE = 32
const link = () => document.getElementById("favicon")
const plain = link().href
const drawn = {} // picture by what it shows
const image = new Image(SIZE, SIZE)
const loaded = new Promise((resolve) => { image.onload = resolve })
image.src = plain

function badge(pen, label, ground, words, bottom = SIZE) {
  pen.font = `bold ${label.length > 2 ? 13 : 17}px system-ui, sans-serif`
  const width = Math.max(20, pen.measureText(label).width + 8)
  pen.fillStyle = ground
  pen.beginPath()
  pen.roundRect(SIZE - width, bottom - 20, width, 20, 10)
  pen.fill()
  Object.assign(pen, { fillStyle: words, textAlign: "center", textBaseline: "middle" })
  pen.fillText(label, SIZE - width / 2, bottom - 9)
}

function draw({ count, isUnseen, isOffline }) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE })
  const pen = canvas.getContext("2d")
  pen.filter = isOffline ? "grayscale(1) opacity(.6)" : "none"
  pen.drawImage(image, 0, 0, SIZE, SIZE)
  pen.filter = "none"
  if (isOffline) badge(pen, "!", "#ffb938", "#0a0a0a")
  else if (count) badge(pen, count < 100 ? String(count) : "99+", "#b80531", "#fff")
  if (isUnseen) {
    pen.fillStyle = "#b80531"
    pen.beginPath()
    pen.arc(SIZE - 6, 6, 6, 0, 2 * Math.PI)
    pen.fill()
  }
  return canvas.toDataURL()
}

// `dataset.shows` says in words what the picture does: a test and a user style can read it.
export async function show(state) {
  const { count, isUnseen, isOffline } = state
  const key = [isOffline ? "offline" : count > 99 ? "99+" : count || "plain", ...(isUnseen ? ["dot"] : [])].join(" ")
  link().dataset.shows = key
  if (key !== "plain") await loaded
  if (link().dataset.shows !== key) return // something newer is shown by now
  link().href = key === "plain" ? plain : drawn[key] ??= draw(state)
}
