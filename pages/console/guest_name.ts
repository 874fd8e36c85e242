export type NameFault = "missing" | "wrong";

const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200e\u200f\ufeff]/;

/** Why the engine would refuse a name (docs/protocol/schema, `name`), told before it is asked. `name` is trimmed. */
export function nameFault(name: string): NameFault | undefined {
  if (name === "") return "missing";
  return forbidden.test(name) || Array.from(name).length > 100 ? "wrong" : undefined;
}
