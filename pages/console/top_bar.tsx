import type { JSX } from "preact";
import { Icon, type IconName } from "../shared/icons";
import { LanguageSwitch } from "../shared/language_switch";
import { AlertSwitches } from "./alert_switches";
import type { ConsoleStore } from "./console_store";
import { consoleText } from "./console_text";
import { LinkStatus } from "./link_status";
import { consolePaths, goTo, page, type ConsolePage } from "./route";

const icons: Record<ConsolePage, IconName> = { board: "people", history: "history", usage: "card" };

export function TopBar({ store }: { store: ConsoleStore }): JSX.Element {
  const text = consoleText();
  const doctor = store.attendance !== undefined;
  const name = store.clinicProfile.value.name;
  const me = store.doctors.value.get(store.me)?.name ?? store.session.claims.name ?? store.me;
  return (
    <header class="top-bar">
      <div class="clinic">
        <p class="clinic-name">
          <bdi>{name === "" ? text.title : name}</bdi>
        </p>
        <p class="signed-in" dir="auto">
          {text.signedInAs(doctor ? text.role.doctor : text.role.staff, me)}
        </p>
      </div>
      <nav class="pages" aria-label={text.pages}>
        {(Object.keys(consolePaths) as ConsolePage[])
          // The month's bill is the clinic's matter; the engine refuses it to doctors.
          .filter((each) => each !== "usage" || !doctor)
          .map((each) => (
            <PageLink key={each} to={each} label={text[each]} />
          ))}
      </nav>
      <LinkStatus store={store} />
      <div class="top-tools">
        <AlertSwitches />
        <LanguageSwitch />
      </div>
    </header>
  );
}

function PageLink({ to, label }: { to: ConsolePage; label: string }): JSX.Element {
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a class="page-link" href={consolePaths[to]} aria-current={page.value === to ? "page" : undefined} onClick={open}>
      <Icon name={icons[to]} size={18} />
      {label}
    </a>
  );
}
