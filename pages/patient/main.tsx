import { render, type JSX } from "preact";
import { startClock } from "../shared/clock";
import { inAppBrowser } from "../shared/in_app_browser";
import { startLanguage } from "../shared/language";
import { claimDevice, openSession } from "../shared/session";
import "../shared/tokens.css";
import { watchNetwork } from "../visit/connection_banner";
import { LinkStopped } from "../visit/link_stopped";
import { PatientApp } from "./patient_app";
import { PatientModel } from "./patient_model";

const clinic = location.pathname.split("/")[2] ?? "";

async function page(): Promise<JSX.Element> {
  const session = openSession(inAppBrowser() !== undefined);
  if (session === undefined) return <LinkStopped clinic={clinic} reason="garbled" />;
  if (session.claims.role !== "patient" || session.claims.clinic !== clinic) return <LinkStopped clinic={clinic} reason="foreign" />;
  return <PatientApp patient={new PatientModel(session, clinic, await claimDevice())} />;
}

startLanguage();
startClock();
watchNetwork();
void page().then((content) => render(content, document.getElementById("page")!));
// Another link, opened in this very tab, changes nothing but the fragment.
window.addEventListener("hashchange", () => location.reload());
