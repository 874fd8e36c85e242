import type { BoardFrame, ClinicProfile, ErrorCode, GuestParty, PatientView } from "./protocol.js";
import { randomId } from "./random_id.js";

/** A refused or failed request. `code` is the engine's word, or `unreachable` when none came. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode | "unreachable",
    readonly retryable: boolean,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** What a guest's link says. */
export interface InvitationSecret {
  clinic: string;
  room: string;
  invite: string;
  secret: string;
}

export interface Redeemed {
  token: string;
  clinic: string;
  room: string;
  person: string;
  expires_at: string;
}

/** What a guest's link invites to. */
export interface Invitation {
  clinic: Pick<ClinicProfile, "name" | "phone" | "address">;
  party: GuestParty;
  display_name: string;
  starts_at: string;
}

export interface Visits {
  clinic: ClinicProfile;
  visits: PatientView[];
}

/** The engine's HTTP API as far as pages need it (docs/openapi.yaml). `base` is the engine's origin. */
export class Api {
  constructor(
    private readonly base: string,
    private readonly token?: string,
  ) {}

  boardAt(clinic: string, at: string): Promise<BoardFrame> {
    return this.get(`/v1/clinics/${encodeURIComponent(clinic)}/board?at=${encodeURIComponent(at)}`);
  }

  visits(clinic: string): Promise<Visits> {
    return this.get(`/v1/clinics/${encodeURIComponent(clinic)}/visits`);
  }

  /** Uses nothing up. */
  invitation(link: InvitationSecret): Promise<Invitation> {
    return this.post("/v1/invites/look", link);
  }

  /** A guest's link, once; a lost answer is asked for again under the same key. */
  redeem(link: InvitationSecret, key: string): Promise<Redeemed> {
    return this.post("/v1/invites/redeem", link, key);
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.ask<Answer>("GET", path);
  }

  post<Answer>(path: string, body: unknown, idempotencyKey = randomId()): Promise<Answer> {
    return this.ask<Answer>("POST", path, body, idempotencyKey);
  }

  private async ask<Answer>(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<Answer> {
    const headers: Record<string, string> = {};
    if (this.token !== undefined) headers["Authorization"] = `Bearer ${this.token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
    const request: RequestInit = { method, headers, cache: "no-store", credentials: "omit" };
    if (body !== undefined) request.body = JSON.stringify(body);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.base + path, request);
      text = await answer.text();
    } catch (cause) {
      throw new ApiError("unreachable", true, String(cause));
    }
    const content = parsed(text);
    if (answer.ok) return content as Answer;
    const problem = content as { code?: ErrorCode; retryable?: boolean; detail?: string } | undefined;
    if (problem?.code === undefined) throw new ApiError("unreachable", true, `HTTP ${answer.status}`);
    throw new ApiError(problem.code, problem.retryable ?? false, problem.detail ?? "");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
