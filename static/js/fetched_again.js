// What is fetched by itself once it is seen, as older messages are, is fetched again when it did not come.
const AGAIN_AFTER = 2000
function askAgain({ detail: { ctx } }) {
  const asking = ctx?.sourceElement
  if (!asking?.matches('[hx-trigger="intersect once"]')) return
  setTimeout(() => {
    const fresh = asking.cloneNode(true)
    asking.replaceWith(fresh)
    htmx.process(fresh)
  }, AGAIN_AFTER)
}
for (const lost of ["htmx:error", "htmx:response:error"]) document.addEventListener(lost, askAgain)
