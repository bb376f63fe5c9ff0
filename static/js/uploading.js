// Sends a form that carries a file, by htmx: shows how much of it is on its way, and says in it why it did not go.
export const freshId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("")

export function carry(form, file) {
  const parcel = new DataTransfer()
  parcel.items.add(file)
  form.elements.files.files = parcel.files
}

export const say = (form, words) => Object.assign(form.querySelector('[role="alert"]'), { textContent: words, hidden: !words })

// Whether the server has it now. The same form again sends nothing twice: its compose_id stays.
export async function upload(form) {
  say(form, "")
  const answered = new Promise((resolve) => form.addEventListener("htmx:finally:request", resolve, { once: true }))
  form.requestSubmit()
  const { response, text, request } = (await answered).detail.ctx
  if (response?.status === 200) document.dispatchEvent(new CustomEvent("message-sent"))
  else if (text !== undefined) say(form, reasonIn(text) || form.dataset.refused)
  else if (request.signal.reason?.name !== "AbortError") say(form, form.dataset.offline)
  return response?.status === 200
}

// A refusal is the composer with its sentence, or a sentence alone.
const reasonIn = (text) => new DOMParser().parseFromString(text, "text/html").getElementById("composer-error")?.textContent
  || text.length < 300 && text

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const progress = ctx.sourceElement.querySelector?.("progress")
  if (progress) ctx.fetch = (...asked) => fetchTelling((share) => { share < 1 ? progress.value = share : progress.removeAttribute("value") }, ...asked)
})

// As `fetch` does it, which cannot tell how much has left.
const fetchTelling = (tell, address, { method, headers, body, signal }) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest()
  request.open(method, address)
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
  request.upload.onprogress = ({ loaded, total }) => tell(loaded / total)
  request.onload = () => {
    const lines = request.getAllResponseHeaders().trim().split("\r\n").map((line) => line.split(/: (.*)/s, 2))
    resolve(new Response(request.responseText, { status: request.status, headers: lines }))
  }
  request.onerror = request.onabort = () => reject(signal.reason ?? new TypeError("Failed to fetch"))
  signal.addEventListener("abort", () => request.abort())
  tell(0)
  request.send(body)
})
