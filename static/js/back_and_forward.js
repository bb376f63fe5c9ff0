// Going back or forward loads the page anew. htmx would do that too, but later, and a second time.
addEventListener("popstate", ({ state }) => { if (state?.htmx) location.reload() })
addEventListener("htmx:before:history:restore", (event) => event.preventDefault())
