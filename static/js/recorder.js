// Records the microphone until it is told to end; tells meanwhile how long and how loud it is.
const BITS_PER_SECOND = 24_000 // enough for speech; below three minutes WhatsApp plays it in place

// `changed(state)`: MediaRecorder's words; `heard(seconds, level)`, a level from 0 to 1. Fails as getUserMedia does.
export async function record({ changed, heard }) {
  const voice = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } })
  const recorder = new MediaRecorder(voice, { audioBitsPerSecond: BITS_PER_SECOND })
  const sound = new Promise((resolve) => { recorder.ondataavailable = ({ data }) => resolve(new File([data], "voice", { type: data.type })) })
  const context = new AudioContext(), ear = context.createAnalyser(), wave = new Float32Array(ear.fftSize)
  context.createMediaStreamSource(voice).connect(ear)
  let seconds = 0, at = performance.now()
  const ticking = setInterval(() => {
    const passed = performance.now() - at
    at += passed
    if (recorder.state !== "recording") return
    ear.getFloatTimeDomainData(wave)
    heard(seconds += passed / 1000, Math.min(1, 3 * Math.hypot(...wave) / Math.sqrt(wave.length)))
  }, 100)
  for (const event of ["start", "pause", "resume", "stop"]) recorder.addEventListener(event, () => changed(recorder.state))
  recorder.addEventListener("stop", () => {
    clearInterval(ticking)
    context.close()
    voice.getTracks().forEach((track) => track.stop())
  })
  recorder.start()
  return {
    pause: () => (recorder.state === "paused" ? recorder.resume() : recorder.pause()),
    end: () => { if (recorder.state !== "inactive") recorder.stop(); return sound },
  }
}
