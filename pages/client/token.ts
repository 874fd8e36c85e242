import type { Role } from "./protocol.js";

/** What a page may know of its token. It is read, not verified: only the engine can do that. */
export interface TokenClaims {
  sub: string;
  role: Role;
  /** Absent for an operator. */
  clinic?: string;
  room?: string;
  name?: string;
  /** Seconds since 1970. */
  exp: number;
}

/** The claims of a JWT in compact form, or nothing when the text is none. */
export function readToken(token: string): TokenClaims | undefined {
  const body = token.split(".")[1];
  if (body === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isClaims(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function isClaims(value: unknown): value is TokenClaims {
  if (typeof value !== "object" || value === null) return false;
  const { sub, role, exp } = value as Record<string, unknown>;
  return typeof sub === "string" && typeof role === "string" && typeof exp === "number";
}
