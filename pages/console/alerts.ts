import { signal } from "@preact/signals";

const soundKey = "machiai.console.sound";
const notificationKey = "machiai.console.notification";

function wanted(key: string): boolean {
  try {
    return localStorage.getItem(key) === "on";
  } catch {
    return false;
  }
}

function isUndecided(key: string): boolean {
  try {
    return localStorage.getItem(key) === null;
  } catch {
    return false;
  }
}

function want(key: string, on: boolean): void {
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch {
    // Then it holds for this page.
  }
}

export const soundOn = signal(wanted(soundKey));
/** Nobody has said yet whether this desk wants sounds. */
export const soundUndecided = signal(isUndecided(soundKey));
/** Browsers are silent until somebody touched the page; `soundOn` alone makes no sound. */
export const soundAllowed = signal(false);
export const notificationsOn = signal(
  wanted(notificationKey) && typeof Notification !== "undefined" && Notification.permission === "granted",
);
/** True when the browser was told not to ask. */
export const notificationsRefused = signal(typeof Notification === "undefined" || Notification.permission === "denied");

let audio: AudioContext | undefined;

function allowSound(): void {
  if (!soundOn.value) return;
  audio ??= new AudioContext();
  void audio.resume().then(() => (soundAllowed.value = audio?.state === "running"));
}

/** From the first touch on, a sound that was wanted before the reload may be heard again. */
export function startAlerts(): void {
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, allowSound, { passive: true });
}

export function setSound(on: boolean): void {
  soundOn.value = on;
  soundUndecided.value = false;
  want(soundKey, on);
  if (!on) return;
  allowSound();
  chime();
}

/** Two soft notes, falling. */
export function chime(): void {
  if (!soundOn.value || audio === undefined) return;
  const start_s = audio.currentTime + 0.05;
  note(audio, 880, start_s);
  note(audio, 659, start_s + 0.22);
}

function note(context: AudioContext, frequency_hz: number, start_s: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency_hz;
  volume.gain.setValueAtTime(0, start_s);
  volume.gain.linearRampToValueAtTime(0.18, start_s + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start_s + 0.6);
  tone.connect(volume).connect(context.destination);
  tone.start(start_s);
  tone.stop(start_s + 0.65);
}

export async function setNotifications(on: boolean): Promise<void> {
  const allowed = on && typeof Notification !== "undefined" && (await Notification.requestPermission()) === "granted";
  notificationsRefused.value = typeof Notification === "undefined" || Notification.permission === "denied";
  notificationsOn.value = allowed;
  want(notificationKey, allowed);
}

/** On the desktop, where others may look on: `text` names nobody. Only while nobody looks at the page. */
export function notifyDesktop(title: string, text: string, tag: string): void {
  if (!notificationsOn.value || document.hasFocus()) return;
  const shown = new Notification(title, { body: text, tag });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}
