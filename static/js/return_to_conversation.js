// Opens the conversation that this browser showed last, before anything is painted; on a phone "/" is the list.
(() => {
  const id = localStorage.getItem("recado.conversation")
  const isWide = matchMedia("(min-width: 768px)").matches
  if (isWide && /^[0-9]{1,18}$/.test(id ?? "") && location.pathname === "/") location.replace(`/c/${id}`)
})()
