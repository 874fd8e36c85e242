import type { AnyCommand } from "./protocol.js";

/** Commands that are answered: all but what the connection says itself, and what is only passed on. */
export type Asked = Exclude<
  AnyCommand,
  { type: "hello" | "ask_beat" | "leave_call" | "send_signal" | "report_quality" }
>;
/** Passed on to others; lost without a word while there is no connection. */
export type PassedOn = Extract<AnyCommand, { type: "leave_call" | "send_signal" | "report_quality" }>;

type Without<Command, Key extends string> = Command extends unknown ? Omit<Command, Key> : never;

/** A command as its caller writes it: the connection makes the id. */
export type Command = Without<Asked, "id">;
export type Passing = Without<PassedOn, "id">;
