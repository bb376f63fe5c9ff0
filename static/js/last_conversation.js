// Remembers which conversation this browser showed last: an id, nothing else.
const KEY = "recado.conversation"

export const remember = (id) => localStorage.setItem(KEY, id)
export const forget = () => localStorage.removeItem(KEY)

if (document.querySelector("[data-forget-conversation]")) forget()
