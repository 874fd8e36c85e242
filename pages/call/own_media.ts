import { signal, type Signal } from "@preact/signals";
import { mediaProblem, type MediaProblem } from "./media_problem";

export type Kind = "video" | "audio";
export type Chosen = "camera" | "microphone" | "speaker";

const storageKey = "machiai.devices";

/** Enough to recognise each other's state, and what a phone can send to five others at once. */
const picture: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
/** A device that is lost again so soon after its like is not asked for a third time. */
const reopen_pause_ms = 5_000;
const sound: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * This device's camera and microphone, in use from `start` to `stop`. Camera off means off: its light goes out. The
 * microphone stays open while muted, so that it is back at once.
 */
export class OwnMedia {
  readonly video: Signal<MediaStreamTrack | undefined> = signal(undefined);
  readonly audio: Signal<MediaStreamTrack | undefined> = signal(undefined);
  readonly videoProblem: Signal<MediaProblem | undefined> = signal(undefined);
  readonly audioProblem: Signal<MediaProblem | undefined> = signal(undefined);
  readonly muted = signal(false);
  /** Turned off by the person, which a device that is missing or refused is not. */
  readonly videoOff = signal(false);
  /** The system holds it back, as phones do while locked, in another app or ringing. */
  readonly heldBack: Signal<Readonly<Record<Kind, boolean>>> = signal({ video: false, audio: false });
  readonly devices: Signal<readonly MediaDeviceInfo[]> = signal([]);
  readonly chosen: Signal<Readonly<Partial<Record<Chosen, string>>>> = signal(keptChoice());
  /** The browser's questions are answered, or never had to be asked: what is sent now is what the person means to send. */
  readonly settled = signal(false);
  private facing: "user" | "environment" = "user";
  private reopenedAt_ms = Number.NEGATIVE_INFINITY;
  /** Counts starts and stops: what a browser hands out late, for a former one, is given back. */
  private use = 0;

  /** Asks for both, in one question if the browser can; what cannot be had is told by its problem. */
  async start(wish: Record<Kind, boolean> = { video: true, audio: true }): Promise<void> {
    const use = ++this.use;
    if (wish.video && wish.audio) {
      const both = await this.ask({ video: this.constraints("video"), audio: this.constraints("audio") });
      if (use !== this.use) return stopAll(both);
      if (both instanceof MediaStream) {
        this.take("video", both.getVideoTracks()[0]);
        this.take("audio", both.getAudioTracks()[0]);
        this.settled.value = true;
        return this.listDevices();
      }
    }
    for (const kind of ["audio", "video"] as const) if (wish[kind]) await this.open(kind, use);
    if (use !== this.use) return;
    this.settled.value = true;
    await this.listDevices();
  }

  /** Phones take a device away without a word and give it back only when asked: while the page is seen. */
  async takeUpAgain(): Promise<void> {
    const lost = (problem: MediaProblem | undefined) => problem === "missing" || problem === "busy";
    if (lost(this.audioProblem.peek())) await this.open("audio", this.use);
    if (lost(this.videoProblem.peek()) && !this.videoOff.peek()) await this.open("video", this.use);
    for (const kind of ["audio", "video"] as const) {
      const held = kind === "video" ? this.video : this.audio;
      if (held.peek()?.readyState === "ended") await this.open(kind, this.use);
    }
  }

  stop(): void {
    this.use += 1;
    this.settled.value = false;
    this.take("video", undefined);
    this.take("audio", undefined);
    if (navigator.mediaDevices !== undefined) navigator.mediaDevices.ondevicechange = null;
  }

  /** Begins with what the person had turned off: before `start`. */
  beginWithout(off: Readonly<Record<Kind, boolean>>): void {
    this.videoOff.value = off.video;
    this.muted.value = off.audio;
  }

  async setVideo(on: boolean): Promise<void> {
    this.videoOff.value = !on;
    if (on) await this.open("video", this.use);
    else this.take("video", undefined);
  }

  async setAudio(on: boolean): Promise<void> {
    if (on && this.audio.value === undefined) await this.open("audio", this.use);
    this.muted.value = !on;
    if (this.audio.value !== undefined) this.audio.value.enabled = on;
  }

  /** True while others hear, or see, something of this device. */
  sends(kind: Kind): boolean {
    if (this.heldBack.value[kind]) return false;
    return kind === "video" ? this.video.value !== undefined : this.audio.value !== undefined && !this.muted.value;
  }

  async choose(what: Chosen, device: string): Promise<void> {
    this.chosen.value = { ...this.chosen.value, [what]: device };
    keepChoice(this.chosen.value);
    if (what === "camera" && this.video.value !== undefined) await this.change("video", this.video.value);
    if (what === "microphone" && this.audio.value !== undefined) await this.change("audio", this.audio.value);
  }

  /** The phone's other camera, to show what one sees. */
  async flip(): Promise<void> {
    this.facing = this.facesAway() ? "user" : "environment";
    const { camera: _, ...others } = this.chosen.value;
    this.chosen.value = others;
    keepChoice(others);
    if (this.video.value !== undefined) await this.change("video", this.video.value);
  }

  /** True while the picture is not one's own face: it is shown as others see it. */
  facesAway(): boolean {
    return this.video.value?.getSettings().facingMode === "environment";
  }

  /** Many phones hand out a second camera only when the first is given back. */
  private async change(kind: Kind, former: MediaStreamTrack): Promise<void> {
    former.onended = null;
    former.stop();
    await this.open(kind, this.use);
    const held = kind === "video" ? this.video : this.audio;
    if (held.value === former) held.value = undefined;
  }

  /** Unplugged, or taken back in the browser's own settings: another device takes its place if there is one. */
  private async ended(kind: Kind): Promise<void> {
    const [held, problem] = kind === "video" ? [this.video, this.videoProblem] : [this.audio, this.audioProblem];
    held.value = undefined;
    problem.value = "missing";
    const now_ms = performance.now();
    if (now_ms - this.reopenedAt_ms < reopen_pause_ms) return;
    this.reopenedAt_ms = now_ms;
    await this.open(kind, this.use);
  }

  private async open(kind: Kind, use: number): Promise<void> {
    const stream = await this.ask({ [kind]: this.constraints(kind) });
    if (use !== this.use) return stopAll(stream);
    const problem = kind === "video" ? this.videoProblem : this.audioProblem;
    if (stream instanceof MediaStream) this.take(kind, stream.getTracks()[0]);
    else problem.value = stream;
  }

  private take(kind: Kind, track: MediaStreamTrack | undefined): void {
    const [held, problem] = kind === "video" ? [this.video, this.videoProblem] : [this.audio, this.audioProblem];
    const former = held.value;
    problem.value = undefined;
    if (track !== undefined) {
      if (kind === "audio") track.enabled = !this.muted.value;
      track.onended = () => {
        if (held.value === track) void this.ended(kind);
      };
      track.onmute = track.onunmute = () => {
        if (held.value === track) this.noteHeldBack(kind, track);
      };
    }
    held.value = track;
    this.noteHeldBack(kind, track);
    if (former !== undefined) {
      former.onended = former.onmute = former.onunmute = null;
      former.stop();
    }
  }

  private noteHeldBack(kind: Kind, track: MediaStreamTrack | undefined): void {
    const muted = track?.muted === true;
    if (this.heldBack.peek()[kind] !== muted) this.heldBack.value = { ...this.heldBack.peek(), [kind]: muted };
  }

  private async ask(constraints: MediaStreamConstraints): Promise<MediaStream | MediaProblem> {
    try {
      return await navigator.mediaDevices.getUserMedia(constraints);
    } catch (error) {
      return mediaProblem(error);
    }
  }

  private constraints(kind: Kind): MediaTrackConstraints {
    const device = kind === "video" ? this.chosen.value.camera : this.chosen.value.microphone;
    const wish: MediaTrackConstraints = kind === "video" ? { ...picture } : { ...sound };
    if (device !== undefined) wish.deviceId = { ideal: device };
    else if (kind === "video") wish.facingMode = this.facing;
    return wish;
  }

  private async listDevices(): Promise<void> {
    const found = async () => {
      await list();
      for (const kind of ["audio", "video"] as const) {
        const problem = kind === "video" ? this.videoProblem : this.audioProblem;
        const plugged = this.devices.value.some((each) => each.kind === `${kind}input`);
        if (problem.value === "missing" && plugged) await this.open(kind, this.use);
      }
    };
    const list = async () => {
      try {
        this.devices.value = (await navigator.mediaDevices.enumerateDevices()).filter((each) => each.deviceId !== "");
      } catch {
        this.devices.value = [];
      }
    };
    if (navigator.mediaDevices !== undefined) navigator.mediaDevices.ondevicechange = () => void found();
    await list();
  }
}

function stopAll(stream: MediaStream | MediaProblem): void {
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
}

function keptChoice(): Partial<Record<Chosen, string>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Partial<Record<Chosen, string>>) : {};
  } catch {
    return {};
  }
}

function keepChoice(chosen: Partial<Record<Chosen, string>>): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(chosen));
  } catch {
    // Then it is asked for again next time.
  }
}
