import type { ClinicProfile } from "../client";
import { keepIn, keptObject, ofBrowser } from "./storage";

/** How the clinic is reached: kept in the browser, because a link that no longer works cannot tell. */
export interface ClinicContact {
  name: string;
  phone?: string;
  address?: string;
}

const keyOf = (clinic: string) => `machiai.clinic:${clinic}`;

export function contactOf(profile: Pick<ClinicProfile, "name" | "phone" | "address">): ClinicContact {
  return {
    name: profile.name,
    ...(profile.phone === undefined ? {} : { phone: profile.phone }),
    ...(profile.address === undefined ? {} : { address: profile.address }),
  };
}

export function keepContact(clinic: string, contact: ClinicContact): void {
  keepIn(ofBrowser, keyOf(clinic), JSON.stringify(contact));
}

export function keptContact(clinic: string): ClinicContact | undefined {
  const kept = keptObject(ofBrowser, keyOf(clinic));
  if (typeof kept?.["name"] !== "string") return undefined;
  const { name, phone, address } = kept;
  return {
    name,
    ...(typeof phone === "string" ? { phone } : {}),
    ...(typeof address === "string" ? { address } : {}),
  };
}

/** tel: with nothing but digits and a leading plus, however the clinic writes its number. */
export function telephoneLink(phone: string): string {
  return `tel:${phone.normalize("NFKC").replace(/(?!^\+)[^\d]/g, "")}`;
}
