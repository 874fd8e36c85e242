import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OwnMedia } from "../../call/own_media";

class FakeTrack {
  enabled = true;
  stopped = false;
  muted = false;
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;

  constructor(
    readonly kind: string,
    readonly deviceId: string,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  getSettings(): { deviceId: string } {
    return { deviceId: this.deviceId };
  }
}

class FakeStream {
  constructor(readonly tracks: FakeTrack[]) {}

  getTracks(): FakeTrack[] {
    return this.tracks;
  }

  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter((each) => each.kind === "video");
  }

  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter((each) => each.kind === "audio");
  }
}

/** The browser's devices: each kind gives its first, or fails with what stands in `faults`. */
const browser = {
  devices: { video: ["camera"], audio: ["microphone"] } as Record<string, string[]>,
  faults: {} as Record<string, string>,
  handed: [] as FakeTrack[],
  ondevicechange: null as (() => void) | null,
};

function getUserMedia(wish: Record<string, { deviceId?: { ideal: string } }>): Promise<FakeStream> {
  const tracks: FakeTrack[] = [];
  for (const [kind, constraints] of Object.entries(wish)) {
    const found = browser.devices[kind] ?? [];
    const fault = browser.faults[kind] ?? (found.length === 0 ? "NotFoundError" : undefined);
    if (fault !== undefined) return Promise.reject(Object.assign(new Error(fault), { name: fault }));
    const chosen = constraints.deviceId?.ideal;
    tracks.push(new FakeTrack(kind, chosen !== undefined && found.includes(chosen) ? chosen : found[0]!));
  }
  browser.handed.push(...tracks);
  return Promise.resolve(new FakeStream(tracks));
}

const mediaDevices = {
  getUserMedia,
  enumerateDevices: () =>
    Promise.resolve(Object.entries(browser.devices).flatMap(([kind, ids]) => ids.map((deviceId) => ({ kind: `${kind}input`, deviceId })))),
  get ondevicechange() {
    return browser.ondevicechange;
  },
  set ondevicechange(handler: (() => void) | null) {
    browser.ondevicechange = handler;
  },
};

const settle = () => new Promise((done) => setImmediate(done));
const plug = async (kind: string, devices: string[]) => {
  browser.devices[kind] = devices;
  browser.ondevicechange?.();
  await settle();
};

beforeEach(() => {
  Object.assign(browser, { devices: { video: ["camera"], audio: ["microphone"] }, faults: {}, handed: [], ondevicechange: null });
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("navigator", { mediaDevices });
});

afterEach(() => vi.unstubAllGlobals());

describe("own camera and microphone", () => {
  test("are both in use after one question", async () => {
    const media = new OwnMedia();
    await media.start();
    expect([media.sends("video"), media.sends("audio"), media.settled.value]).toEqual([true, true, true]);
  });

  test("without permission for the camera the microphone still works, and the reason is known", async () => {
    browser.faults["video"] = "NotAllowedError";
    const media = new OwnMedia();
    await media.start();
    expect([media.sends("video"), media.sends("audio")]).toEqual([false, true]);
    expect([media.videoProblem.value, media.audioProblem.value]).toEqual(["refused", undefined]);
  });

  test("what the system holds back is not sent, and is again when it lets go", async () => {
    const media = new OwnMedia();
    await media.start();
    const camera = browser.handed.find((each) => each.kind === "video")!;
    camera.muted = true;
    camera.onmute?.();
    expect([media.sends("video"), media.sends("audio")]).toEqual([false, true]);
    camera.muted = false;
    camera.onunmute?.();
    expect(media.sends("video")).toBe(true);
  });

  test("off means that the camera's light goes out, and that a muted microphone is back at once", async () => {
    const media = new OwnMedia();
    await media.start();
    await media.setVideo(false);
    await media.setAudio(false);
    expect(browser.handed.map((each) => [each.kind, each.stopped, each.enabled])).toEqual([
      ["video", true, true],
      ["audio", false, false],
    ]);
    expect([media.sends("video"), media.sends("audio")]).toEqual([false, false]);
  });

  test("when one is unplugged another takes its place", async () => {
    browser.devices["audio"] = ["headset", "built-in"];
    const media = new OwnMedia();
    await media.start();
    browser.devices["audio"] = ["built-in"];
    browser.handed[1]!.onended?.();
    await settle();
    expect(media.audio.value?.getSettings().deviceId).toBe("built-in");
    expect(media.audioProblem.value).toBeUndefined();
  });

  test("without another it is missing until one is plugged in", async () => {
    const media = new OwnMedia();
    await media.start();
    browser.devices["video"] = [];
    browser.handed[0]!.onended?.();
    await settle();
    expect([media.videoProblem.value, media.sends("video")]).toEqual(["missing", false]);
    await plug("video", ["new camera"]);
    expect([media.videoProblem.value, media.sends("video")]).toEqual([undefined, true]);
  });

  test("another camera is opened after the former was given back, as phones want it", async () => {
    browser.devices["video"] = ["front", "back"];
    const media = new OwnMedia();
    await media.start();
    const former = browser.handed[0]!;
    await media.choose("camera", "back");
    expect(former.stopped).toBe(true);
    expect(media.video.value?.getSettings().deviceId).toBe("back");
  });

  test("what the browser hands out after the end is given back", async () => {
    const media = new OwnMedia();
    const started = media.start();
    media.stop();
    await started;
    expect(browser.handed.map((each) => each.stopped)).toEqual([true, true]);
    expect(media.sends("video")).toBe(false);
  });
});
