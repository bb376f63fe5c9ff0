// Every changing request carries the page's CSRF token.
const token = () => document.querySelector('meta[name="csrf-token"]').content

document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-CSRF-Token"] = token()
})

export const post = (address, fields) => fetch(address, {
  method: "POST",
  headers: { "X-CSRF-Token": token(), "HX-Request": "true" },
  body: new URLSearchParams(fields),
  keepalive: true,
})
