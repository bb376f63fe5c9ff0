// What all tabs of this browser show together: what the one that connects asks for.
import { topics } from "./page.js"

const others = new Map() // tab → the topics it shows
export const wanted = () => [...new Set([...topics(), ...[...others.values()].flat()])]
export const without = (tab) => others.delete(tab)

// Whether something of it is new.
export function alsoWanted(tab, theirs) {
  const isNew = theirs.some((topic) => !wanted().includes(topic))
  others.set(tab, theirs)
  return isNew
}
