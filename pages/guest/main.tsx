import { render, type JSX } from "preact";
import { startClock } from "../shared/clock";
import { startLanguage } from "../shared/language";
import { claimDevice } from "../shared/session";
import "../shared/tokens.css";
import { watchNetwork } from "../visit/connection_banner";
import { LinkStopped } from "../visit/link_stopped";
import { GuestApp } from "./guest_app";
import { GuestModel } from "./guest_model";
import { takeHandedOver } from "./handed_over";
import { invitationLink } from "./invitation_link";

async function page(): Promise<JSX.Element> {
  takeHandedOver(location);
  const link = invitationLink(location.pathname, location.hash);
  if (link === undefined) return <LinkStopped clinic={location.pathname.split("/")[2] ?? ""} reason="garbled" />;
  return <GuestApp guest={new GuestModel(link, await claimDevice())} />;
}

startLanguage();
startClock();
watchNetwork();
void page().then((content) => render(content, document.getElementById("page")!));
// Another link, opened in this very tab, changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());
