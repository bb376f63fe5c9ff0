// Opens the list and the conversation that this browser showed last, before anything is painted; on a phone "/" is the list.
(() => {
  const id = localStorage.getItem("recado.conversation")
  const isWide = matchMedia("(min-width: 768px)").matches
  if (location.pathname !== "/" || location.search) return
  const query = localStorage.getItem("recado.list")
  const list = /^[a-z0-9=&-]{1,60}$/.test(query ?? "") ? `?${query}` : ""
  if (isWide && /^[0-9]{1,18}$/.test(id ?? "")) location.replace(`/c/${id}${list}`)
  else if (list) location.replace(`/${list}`)
})()
