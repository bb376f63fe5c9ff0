// What was pressed, as app/keyboard/combinations.py writes it: letters and digits by their place on the keyboard, signs
// first by what stands on the key. What writes a character is that character, also with AltGr, which Windows calls Ctrl+Alt.
const SIGNS = {
  "/": "Slash", "?": "Slash", ",": "Comma", "<": "Comma", ".": "Period", ">": "Period", ";": "Semicolon", ":": "Semicolon",
  "[": "BracketLeft", "{": "BracketLeft", "]": "BracketRight", "}": "BracketRight", "\\": "Backslash", "|": "Backslash",
  "'": "Quote", "\"": "Quote", "`": "Backquote", "-": "Minus", "_": "Minus", "=": "Equal", "+": "Equal",
}

export function combinations(event) {
  const { key, code, ctrlKey, altKey, shiftKey, metaKey } = event
  const writes = event.getModifierState("AltGraph") ? code !== `Key${key.toUpperCase()}` : !ctrlKey && !altKey && !metaKey
  if (key.length === 1 && writes) return [key]
  const held = [ctrlKey && "Control", altKey && "Alt", shiftKey && "Shift", metaKey && "Meta"].filter(Boolean)
  const places = /^(Key|Digit)/.test(code) ? [code] : new Set([SIGNS[key] ?? code, code])
  return [...places].map((place) => [...held, place].join("+"))
}

// A key with which a text is written or moved in, and which stays its own there.
export const belongsToText = (combination) => !/^(F\d|Shift\+F\d|Escape)|Control|Alt|Meta/.test(combination)
