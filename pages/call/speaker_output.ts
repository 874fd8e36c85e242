type Sounding = HTMLMediaElement & { setSinkId?(device: string): Promise<void> };

/** True where a page may choose the loudspeaker (Audio Output Devices API; not in Safari). */
export const canChooseSpeaker = typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;

/** Plays an element through this device; where that is not possible, or it is gone, through the standard one. */
export async function speakThrough(element: HTMLMediaElement, device: string | undefined): Promise<void> {
  try {
    await (element as Sounding).setSinkId?.(device ?? "");
  } catch {
    // Unplugged meanwhile: the standard one goes on.
  }
}
