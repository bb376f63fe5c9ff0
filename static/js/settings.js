// Shows a choice of looks on this page at once; the server keeps it.
const LOOKS = ["theme", "wallpaper", "text_size"]

document.addEventListener("change", ({ target: { name, value } }) => {
  if (LOOKS.includes(name)) document.documentElement.setAttribute(`data-${name.replace("_", "-")}`, value)
})
