export interface InvitationLink {
  clinic: string;
  room: string;
  invite: string;
  /** Absent once it was used: then the address bar keeps only what is no secret. */
  secret?: string;
}

const idForm = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;
const secretForm = /^[A-Za-z0-9_-]{1,128}$/;

/** The parts of /g/CLINIC/ROOM#INVITE.SECRET, or nothing when the link was cut or changed on its way. */
export function invitationLink(path: string, fragment: string): InvitationLink | undefined {
  const [, page, clinic, room, more] = path.split("/");
  const text = fragment.replace(/^#/, "");
  const dot = text.lastIndexOf(".");
  const invite = dot < 0 ? text : text.slice(0, dot);
  const secret = dot < 0 ? undefined : text.slice(dot + 1);
  if (page !== "g" || clinic === undefined || room === undefined || (more !== undefined && more !== "")) return undefined;
  if (![clinic, room, invite].every((id) => idForm.test(id))) return undefined;
  if (secret === undefined) return { clinic, room, invite };
  return secretForm.test(secret) ? { clinic, room, invite, secret } : undefined;
}
