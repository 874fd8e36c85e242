import { randomId } from "../client";
import { keepIn, keptObject, ofBrowser } from "../visit/storage";

const keyOf = (invite: string) => `machiai.invitation:${invite}`;

/**
 * What this browser did with an invitation. The request's key is kept before it is sent: an answer that was lost is
 * asked for again under the same key, since the link works only once. The token is kept until it ends, so that a guest
 * can close the page and come back.
 */
export interface KeptInvitation {
  key: string;
  token?: string;
}

export function keptInvitation(invite: string): KeptInvitation | undefined {
  const kept = keptObject(ofBrowser, keyOf(invite));
  if (typeof kept?.["key"] !== "string") return undefined;
  return typeof kept["token"] === "string" ? { key: kept["key"], token: kept["token"] } : { key: kept["key"] };
}

/** The key of this browser's one request for the invitation. */
export function keyOfInvitation(invite: string): string {
  const kept = keptInvitation(invite);
  if (kept !== undefined) return kept.key;
  const key = randomId();
  keepIn(ofBrowser, keyOf(invite), JSON.stringify({ key }));
  return key;
}

export function keepInvitationToken(invite: string, token: string): void {
  keepIn(ofBrowser, keyOf(invite), JSON.stringify({ key: keyOfInvitation(invite), token }));
}
