// Says for a few seconds why something could not be done; an ended session leads to the sign-in page.
let hiding

export function toast(words) {
  let box = document.getElementById("toast")
  if (!box) {
    box = Object.assign(document.createElement("p"), { id: "toast", className: "toast" })
    box.setAttribute("role", "status")
    document.body.append(box)
  }
  box.textContent = words
  box.hidden = false
  clearTimeout(hiding)
  hiding = setTimeout(() => { box.hidden = true }, 6000)
}

export const signInAgain = () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`)

document.addEventListener("htmx:response:error", ({ detail }) => {
  const { response, text } = detail.ctx
  if (response.status === 401) signInAgain()
  else if (!(response.status === 422 && detail.ctx.sourceElement.hasAttribute("hx-status:422")) && text && text.length < 300) toast(text)
})

// It never came back: the composer says so in its own words, and what is fetched by itself is fetched again.
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx.text === undefined && !ctx.sourceElement.matches("#composer, [hx-trigger]")) toast(document.getElementById("app").dataset.lost)
})
