import { signal } from "@preact/signals";
import { Api, ApiError, type ErrorCode, type Visits } from "../client";
import { contactOf, keepContact } from "../visit/clinic_contact";

export type Listed =
  | { state: "loading" }
  | { state: "known"; visits: Visits }
  | { state: "failed"; code: ErrorCode | "unreachable" };

const retry_ms = 5_000;

/** The patient's visits at the clinic. What was read once stays while reading again fails. */
export class MyVisits {
  readonly listed = signal<Listed>({ state: "loading" });
  private readonly api: Api;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly clinic: string,
    token: string,
  ) {
    this.api = new Api(location.origin, token);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.read();
    });
    window.addEventListener("online", () => void this.read());
  }

  async read(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const visits = await this.api.visits(this.clinic);
      this.listed.value = { state: "known", visits };
      keepContact(this.clinic, contactOf(visits.clinic));
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      if (this.listed.value.state !== "known") this.listed.value = { state: "failed", code: cause.code };
      if (cause.retryable) this.timer = setTimeout(() => void this.read(), retry_ms * (0.5 + Math.random()));
    }
  }
}
