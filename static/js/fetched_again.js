// What is fetched by itself once it is seen, as older messages are, is fetched again when it did not come.
const AGAIN_AFTER = 2000

function askAgain({ detail: { ctx } }) {
  const asking = ctx?.sourceElement
  if (!asking?.matches('[hx-trigger="intersect once"]')) return
  setTimeout(() => {
    const fresh = asking.cloneNode(true)
    fresh.removeAttribute("data-htmx-powered")
    asking.replaceWith(fresh)
    htmx.process(fresh)
  }, AGAIN_AFTER)
}
document.addEventListener("htmx:error", askAgain)
document.addEventListener("htmx:response:error", askAgain)
