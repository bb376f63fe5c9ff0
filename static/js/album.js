// Opens an album: the pictures behind its "+3" are shown in their places.
document.addEventListener("click", ({ target }) => {
  let tile = target.closest(".album-more")?.closest(".message")
  tile?.setAttribute("data-local-open", "")
  while ((tile = tile?.nextElementSibling)?.matches(".message--tile-rest")) tile.setAttribute("data-local-open", "")
})
