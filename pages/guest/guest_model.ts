import { signal } from "@preact/signals";
import { Api, ApiError, readToken, type ErrorCode } from "../client";
import { inAppBrowser } from "../shared/in_app_browser";
import type { Session } from "../shared/session";
import { attend } from "../visit/attend";
import type { StopReason } from "../visit/visit_screen";
import { VisitModel } from "../visit/visit_model";
import type { InvitationLink } from "./invitation_link";
import { keepInvitationToken, keptInvitation, keyOfInvitation } from "./kept_invitation";

export type GuestState =
  | { kind: "invitation"; busy: boolean; problem?: ErrorCode | "unreachable" }
  | { kind: "stopped"; reason: StopReason }
  /** Used, withdrawn or too old: the engine does not say which, so that nobody can try links. */
  | { kind: "void" }
  | { kind: "visit"; model: VisitModel; session: Session };

/** What a guest's page is at: invited, or in possession of a token and on the way in. */
export class GuestModel {
  readonly state = signal<GuestState>({ kind: "invitation", busy: false });

  constructor(
    readonly link: InvitationLink,
    private readonly device: string,
  ) {
    const token = keptInvitation(link.invite)?.token;
    if (token !== undefined) this.enterWith(token);
    else if (link.secret === undefined) this.state.value = { kind: "void" };
  }

  /** After the click, never before: a mail scanner that opens the link must not use it up. */
  async accept(): Promise<void> {
    const { clinic, room, invite, secret } = this.link;
    const now = this.state.value;
    if (secret === undefined || now.kind !== "invitation" || now.busy) return;
    this.state.value = { kind: "invitation", busy: true };
    try {
      const key = keyOfInvitation(invite);
      const { token } = await new Api(location.origin).redeem({ clinic, room, invite, secret }, key);
      keepInvitationToken(invite, token);
      // The secret is spent; without it the address may stand in the history.
      if (inAppBrowser() === undefined) history.replaceState(history.state, "", `${location.pathname}#${invite}`);
      this.enterWith(token);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const isVoid = cause.code === "invite_void" || cause.code === "command_id_reused" || cause.code === "not_found";
      this.state.value = isVoid ? { kind: "void" } : { kind: "invitation", busy: false, problem: cause.code };
    }
  }

  /** The address that lets another browser of the same phone go on, wherever this one stands. */
  handOverAddress(): string {
    const now = this.state.value;
    if (now.kind !== "visit") return location.href;
    return `${location.origin}${location.pathname}#token=${now.session.token}`;
  }

  private enterWith(token: string): void {
    const claims = readToken(token);
    const { clinic, room } = this.link;
    if (claims === undefined) this.state.value = { kind: "stopped", reason: "garbled" };
    else if (claims.clinic !== clinic || claims.room !== room) this.state.value = { kind: "stopped", reason: "foreign" };
    else {
      const session = { token, claims };
      const model = new VisitModel({ session, clinic, room, device: this.device, firstStep: "device_test" });
      attend(model);
      this.state.value = { kind: "visit", model, session };
    }
  }
}
