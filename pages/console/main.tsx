import { render } from "preact";
import { startClock } from "../shared/clock";
import { startLanguage } from "../shared/language";
import { claimDevice, openSession } from "../shared/session";
import "../shared/tokens.css";
import "./console.css";
import "./board.css";
import "./card.css";
import "./dialogs.css";
import "./pages.css";
import { startAlerts } from "./alerts";
import { startSearchKey } from "./card_keys";
import { ConsoleApp } from "./console_app";
import { ConsoleStore } from "./console_store";
import { keepUnderPointer } from "./hold";
import { refusalOfToken } from "./refusal";
import { RefusalPage } from "./refusal_page";
import { consolePaths } from "./route";
import { tellArrival } from "./tell_arrival";

async function start(): Promise<void> {
  startLanguage();
  const place = document.getElementById("page")!;
  const hadToken = location.hash.startsWith("#token=");
  const session = openSession(false, consolePaths.board);
  // A link opened while the page is there only changes the fragment: it is a new sign-in.
  window.addEventListener("hashchange", () => {
    if (location.hash.startsWith("#token=")) location.reload();
  });
  const refusal = refusalOfToken(session?.claims, hadToken, Date.now());
  if (session === undefined || refusal !== undefined) return render(<RefusalPage why={refusal ?? "none"} />, place);
  startClock();
  startAlerts();
  startSearchKey();
  const store = new ConsoleStore(session, await claimDevice(), {
    beforeChange: keepUnderPointer,
    onArrival: tellArrival,
  });
  render(<ConsoleApp store={store} />, place);
}

void start();
