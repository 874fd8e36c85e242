// Private windows and full disks refuse to keep anything; the page then forgets on reload, and works on.

export function keptIn(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

export function keepIn(storage: () => Storage, key: string, value: string): void {
  try {
    storage().setItem(key, value);
  } catch {
    // As above.
  }
}

/** What was kept as JSON, if it is an object at all. */
export function keptObject(storage: () => Storage, key: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(keptIn(storage, key) ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export const ofTab = (): Storage => sessionStorage;
export const ofBrowser = (): Storage => localStorage;
