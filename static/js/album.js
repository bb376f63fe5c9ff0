// Opens what is folded: the pictures behind an album's "+3" in their places, all of a long text.
document.addEventListener("click", ({ target }) => {
  let tile = target.closest(".album-more")?.closest(".message")
  tile?.setAttribute("data-local-open", "")
  while ((tile = tile?.nextElementSibling)?.matches(".message--tile-rest")) tile.setAttribute("data-local-open", "")
})
document.addEventListener("click", ({ target }) => { if (target.matches(".bubble__more")) target.closest(".message").setAttribute("data-local-whole", "") })
