import { randomId, readToken, type TokenClaims } from "../client";

export interface Session {
  token: string;
  claims: TokenClaims;
}

/**
 * The token of this page: from the link's fragment (`#token=…`), else the one this tab kept. It leaves the address bar
 * at once, so that it is in no history and no screenshot; only an in-app browser keeps it there, because its "open in
 * browser" hands on nothing but the address. Nothing when there is none, or none that can be read. `place`: the path
 * under which all pages share one token.
 */
export function openSession(keepFragment: boolean, place = firstSteps(location.pathname)): Session | undefined {
  const key = `machiai.token:${place}`;
  const fromLink = new URLSearchParams(location.hash.slice(1)).get("token");
  if (fromLink !== null) {
    keep(key, fromLink);
    if (!keepFragment) history.replaceState(history.state, "", location.pathname + location.search);
  }
  const token = fromLink ?? kept(key);
  const claims = token === null ? undefined : readToken(token);
  return token === null || claims === undefined ? undefined : { token, claims };
}

function firstSteps(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

/**
 * Random, this tab's own, kept over reloads: a page that comes back takes its own place in the room. A duplicated tab
 * starts with a copy of the other's storage; the lock, which the browser frees with the page, tells the two apart.
 */
export async function claimDevice(): Promise<string> {
  const key = "machiai.device";
  let id = kept(key) ?? randomId();
  if (navigator.locks !== undefined && !(await lockWhileOpen(id))) {
    id = randomId();
    await lockWhileOpen(id);
  }
  keep(key, id);
  return id;
}

function lockWhileOpen(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`machiai.device:${id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    });
  });
}

function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing has to be given the link again after a reload.
  }
}

/** ws://HOST/ws of the engine that served this page. */
export function socketUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}
