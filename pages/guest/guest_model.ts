import { signal } from "@preact/signals";
import { Api, ApiError, readToken, type ErrorCode, type Invitation } from "../client";
import { inAppBrowser } from "../shared/in_app_browser";
import type { Session } from "../shared/session";
import { attend } from "../visit/attend";
import { contactOf, keepContact } from "../visit/clinic_contact";
import type { StopReason } from "../visit/visit_screen";
import { VisitModel } from "../visit/visit_model";
import type { InvitationLink } from "./invitation_link";
import { keepInvitationToken, keptInvitation, keyOfInvitation } from "./kept_invitation";

export type GuestState =
  /** `told`: by whom and as whom; absent while the engine has not said it. */
  | { kind: "invitation"; busy: boolean; told?: Invitation | undefined; problem?: ErrorCode | "unreachable" }
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
    const kept = keptInvitation(link.invite);
    if (kept?.token !== undefined) this.enterWith(kept.token);
    else if (link.secret === undefined) this.state.value = { kind: "void" };
    // Of one that this browser has used, whose answer was lost, nothing more is told.
    else if (kept === undefined) void this.look(link.secret);
  }

  /** Uses nothing up. Without an answer the invitation can be accepted all the same. */
  private async look(secret: string): Promise<void> {
    const { clinic, room, invite } = this.link;
    try {
      const told = await new Api(location.origin).invitation({ clinic, room, invite, secret });
      keepContact(clinic, contactOf(told.clinic));
      const now = this.state.value;
      if (now.kind === "invitation") this.state.value = { ...now, told };
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const now = this.state.value;
      if (cause.code === "invite_void" && now.kind === "invitation" && !now.busy) this.state.value = { kind: "void" };
    }
  }

  /** After the click, never before: a mail scanner that opens the link must not use it up. */
  async accept(): Promise<void> {
    const { clinic, room, invite, secret } = this.link;
    const now = this.state.value;
    if (secret === undefined || now.kind !== "invitation" || now.busy) return;
    const { told } = now;
    this.state.value = { kind: "invitation", busy: true, told };
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
      this.state.value = isVoid ? { kind: "void" } : { kind: "invitation", busy: false, told, problem: cause.code };
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
