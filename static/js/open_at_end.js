// Shows an opened conversation at its end from the first paint on; thread.js, which comes later, finds the exact place.
document.getElementById("thread")?.scrollTo(0, 1e9)
