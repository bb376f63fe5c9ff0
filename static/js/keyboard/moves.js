// What only moves: from one conversation to the next, from one part of the page to the next.
const links = () => [...document.querySelectorAll("#conversation-list .row__link")]
const isShown = (element) => element?.checkVisibility({ visibilityProperty: true })

function open(step) {
  const all = links()
  const at = all.findIndex((link) => link.closest("[aria-current]"))
  const link = all[at < 0 ? 0 : (at + step + all.length) % all.length]
  link?.click()
  link?.scrollIntoView({ block: "nearest" })
  return Boolean(link)
}

// Where each part takes the focus: where it was last, which is its one stop of the Tab key.
const PANES = ["#list .row__link[tabindex='0']", "#thread [tabindex='0']", "#composer-text", "#drawer :is(input, button, a)"]
const partOf = (selector) => selector.split(" ")[0]

function change(step) {
  const all = PANES.filter((one) => isShown(document.querySelector(one)))
  const at = all.findIndex((one) => document.activeElement.closest(one === "#composer-text" ? "#composer" : partOf(one)))
  const next = document.querySelector(all[(at + step + all.length + (at < 0 && step < 0)) % all.length])
  next?.focus()
  return Boolean(next)
}

export const moves = {
  "next-conversation": () => open(1),
  "previous-conversation": () => open(-1),
  "next-pane": () => change(1),
  "previous-pane": () => change(-1),
}
