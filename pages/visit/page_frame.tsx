import type { ComponentChildren, JSX } from "preact";
import { LanguageSwitch } from "../shared/language_switch";
import type { ClinicContact } from "./clinic_contact";
import { IdentityButton, type Identity } from "./identity_panel";
import { texts } from "./texts";
import "./page_frame.css";

export interface PageFrameProps {
  contact?: ClinicContact | undefined;
  /** Whose identity can be checked from here; without it there is no button. */
  identity?: Identity | undefined;
  /** Above the content, over the whole width. */
  banner?: ComponentChildren;
  children: ComponentChildren;
}

/** The clinic's name, who is to be met, the language; below it one screen at a time. */
export function PageFrame({ contact, identity, banner, children }: PageFrameProps): JSX.Element {
  return (
    <>
      <header class="page-head">
        <p class="page-clinic">
          <bdi>{contact?.name ?? texts().title}</bdi>
        </p>
        {identity !== undefined && <IdentityButton identity={identity} />}
        <LanguageSwitch />
      </header>
      {banner}
      <main class="page-main">{children}</main>
    </>
  );
}
