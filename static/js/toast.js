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

let forgetting
document.addEventListener("htmx:after:swap", () => {
  const offer = document.querySelector("#undo:not([hidden], [data-local-seen])")
  if (!offer) return
  offer.dataset.localSeen = ""
  clearTimeout(forgetting)
  forgetting = setTimeout(() => { offer.hidden = true }, 6000)
})

export const signInAgain = () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`)

const saysItself = (asking, status) => asking.matches("[data-refused]") || status === 422 && asking.hasAttribute("hx-status:422")
document.addEventListener("htmx:response:error", ({ detail }) => {
  const { response, text, sourceElement } = detail.ctx
  if (response.status === 401) signInAgain()
  else if (!saysItself(sourceElement, response.status) && text && text.length < 300) toast(text)
})

// It never came back: what has its own words for that says them, and what is fetched by itself is fetched again.
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx.text === undefined && !ctx.sourceElement.matches("[data-offline], [hx-trigger]")) toast(document.getElementById("app").dataset.lost)
})
