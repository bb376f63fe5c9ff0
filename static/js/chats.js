// A chat with Claude: what was asked leaves the text box once the server has it, answers are copied.
import "./asking.js"
import "./csrf.js"
import { toast } from "./toast.js"
import "./live/supervisor.js"

const box = document.getElementById("question"), thread = document.getElementById("thread")
let isAtEnd = true
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => { if (ctx.sourceElement === box.form && ctx.response?.status === 204) box.value = "" })
document.addEventListener("click", async ({ target }) => {
  const { copies } = target.closest("[data-copies]")?.dataset ?? {}
  if (copies !== undefined) await navigator.clipboard.writeText(copies).catch(() => toast(document.getElementById("app").dataset.lost))
})
document.addEventListener("htmx:before:swap", () => { isAtEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60 })
document.addEventListener("htmx:after:swap", () => { if (isAtEnd) thread.scrollTop = thread.scrollHeight })
if (!location.hash) thread.scrollTop = thread.scrollHeight
