// "Undo" shows to who sent a message and to nobody else; what was taken back goes in front of what is in the text.
customElements.define("recall-message", class extends HTMLElement {
  connectedCallback() {
    this.toggleAttribute("data-local-mine", this.dataset.by === document.getElementById("app").dataset.user)
  }
})

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const recall = ctx?.sourceElement?.closest?.("recall-message"), composer = document.getElementById("composer")
  if (!recall || ctx.response?.status !== 200 || composer?.dataset.conversationId !== recall.dataset.conversation) return
  const box = composer.elements.text, back = recall.querySelector("button").value
  composer.elements.without_preview?.toggleAttribute("disabled", !recall.hasAttribute("data-without-preview"))
  box.value = [back, box.value].filter(Boolean).join("\n")
  box.dispatchEvent(new Event("input", { bubbles: true }))
  box.focus()
  box.setSelectionRange(back.length, back.length)
})
