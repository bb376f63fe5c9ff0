// When to connect again after a failure: each time a little later, never all browsers at once; soon where it had worked.
const FIRST = 300, LONGEST = 10_000, HAD_WORKED = 2000
let wait = FIRST, since, timer
export const works = () => { since ??= performance.now() }
export const brings = () => { wait = FIRST }
export const stay = () => clearTimeout(timer)

const after = (milliseconds, connect) => { stay(); timer = setTimeout(connect, milliseconds) }
export const soon = (connect) => after(FIRST * Math.random(), connect)

export function afterFailure(connect, atLeastSeconds) {
  if (performance.now() - since > HAD_WORKED) wait = FIRST // a connection that something cuts is no server that is down
  since = undefined
  after(Math.max(atLeastSeconds * 1000, wait * (0.7 + 0.6 * Math.random())), connect)
  wait = Math.min(wait * 2, LONGEST)
}
