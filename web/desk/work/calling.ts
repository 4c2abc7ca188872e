// Calls an agent who looks elsewhere: two soft tones, and a notification where they have allowed it. It names nobody: others may see the screen.
const TONES_HZ = [660, 880];
const TONE_SECONDS = 0.16;
const LOUDNESS = 0.12;

/** Browsers ask only after a click. */
export function mayNotify(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

/** `title` is in the language that is spoken. */
export function call(title: string, chosen: () => void): void {
  void tones();
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  const shown = new Notification(title, { tag: "bellhop.offer" });
  shown.onclick = () => {
    window.focus();
    chosen();
    shown.close();
  };
}

async function tones(): Promise<void> {
  const audio = new AudioContext();
  // Until somebody has clicked in the page a browser keeps it silent.
  if (audio.state === "suspended") return audio.close();
  TONES_HZ.forEach((hertz, index) => {
    const start = audio.currentTime + index * TONE_SECONDS;
    const volume = audio.createGain();
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_SECONDS);
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + TONE_SECONDS);
    if (index === TONES_HZ.length - 1) tone.onended = () => void audio.close();
  });
}
