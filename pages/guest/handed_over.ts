import { readToken } from "../client";
import { keepInvitationToken } from "./kept_invitation";

/** Guests of an invitation are persons by this name. */
const guestPrefix = "g-";

/**
 * A token that another browser of the same phone handed over (`#token=…`, since the invitation itself works only once)
 * is kept as if this browser had redeemed it, and leaves the address bar.
 */
export function takeHandedOver(address: Pick<Location, "hash" | "pathname">): void {
  const token = new URLSearchParams(address.hash.slice(1)).get("token");
  const claims = token === null ? undefined : readToken(token);
  if (token === null || claims === undefined || !claims.sub.startsWith(guestPrefix)) return;
  const invite = claims.sub.slice(guestPrefix.length);
  keepInvitationToken(invite, token);
  history.replaceState(history.state, "", `${address.pathname}#${invite}`);
}
