import type { LinkState, TokenClaims } from "../client";
import type { refusalText } from "./refusal_text";

type Texts = ReturnType<typeof refusalText>;
export type Refusal = { [Key in keyof Texts]: Texts[Key] extends string ? never : Key }[keyof Texts];

/** Why a token opens no console, as far as can be said without the engine. */
export function refusalOfToken(
  claims: TokenClaims | undefined,
  hadToken: boolean,
  now_ms: number,
): Refusal | undefined {
  if (claims === undefined) return hadToken ? "garbled" : "none";
  if (claims.role !== "staff" && claims.role !== "doctor") return "role";
  if (claims.clinic === undefined) return "unauthenticated";
  // A clock may be off; what has just ended is left to the engine.
  return claims.exp * 1_000 < now_ms - 24 * 3_600_000 ? "expired" : undefined;
}

/** Why the engine ended the connection for good (docs/protocol.md, "When the socket closes"). */
export function refusalOfLink(state: LinkState): Refusal | undefined {
  if (state.phase !== "ended") return undefined;
  switch (state.code) {
    case 4200:
      return "unauthenticated";
    case 4201:
      return "expired";
    case 4202:
      return "revoked";
    case 4203:
      return "role";
    case 4204:
      return "removed";
    case 4208:
      return "replaced";
    default:
      return "fault";
  }
}
