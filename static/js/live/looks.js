// Takes over how a freshly fetched page wants to look: what stands on its root, and the colours of the browser around it.
const LOOKS = ["theme", "wallpaper", "textSize"]
const COLORS = 'meta[name="color-scheme"], meta[name="theme-color"]'

export function lookLike(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html")
  const own = document.documentElement.dataset, wanted = fresh.documentElement.dataset
  for (const look of LOOKS) {
    if (wanted[look]) own[look] = wanted[look]
    else delete own[look]
  }
  for (const old of document.querySelectorAll(COLORS)) old.remove()
  document.head.append(...fresh.querySelectorAll(COLORS))
}
