// What is loaded after the page works, and its styles; later.js tells when.
import "./several_rows.js"
import "./quick_replies.js"
import "./notes.js"
import "./emoji.js"
import "./emoji_words.js"
import "./link_preview.js"
import "./putting.js"
import "./recall.js"
import "./sheet.js"
import "./thread_search.js"
import "./writing.js"
import "./voice.js"
import "./service_window.js"
import { add } from "./outgoing.js"

const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../css/later.css", import.meta.url) })
const drawn = new Promise((done) => { styles.onload = styles.onerror = done })
document.head.append(styles)
await drawn

export { add }
