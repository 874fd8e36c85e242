import { signal, type ReadonlySignal } from "@preact/signals";
import { Connection, watchPage, type AnyFrame, type ConnectionOptions, type LinkState } from "../client";
import { noteServerTime } from "./clock";

export interface LiveLink {
  connection: Connection;
  state: ReadonlySignal<LinkState>;
  /** Milliseconds since the engine was last heard of; moves while the page is shown. */
  silence_ms: ReadonlySignal<number>;
  /** What is shown may be trusted. */
  fresh: ReadonlySignal<boolean>;
  /** Every frame but replies, welcomes too, after the page's own `onFrame`. Gives what ends it. */
  listen(listener: (frame: AnyFrame) => void): () => void;
  /** Ends the line for good. */
  close(): void;
}

const look_every_ms = 250;

/** The page's line to the engine with its state as signals. `onVisible` is told when the page is seen or hidden. */
export function openLink(options: ConnectionOptions, onVisible: (visible: boolean) => void = () => undefined): LiveLink {
  const silence_ms = signal(0);
  const fresh = signal(false);
  const listeners = new Set<(frame: AnyFrame) => void>();
  const connection: Connection = new Connection({
    ...options,
    onFrame: (frame) => {
      if (frame.type === "beat") noteServerTime(frame.at);
      options.onFrame(frame);
      for (const listener of listeners) listener(frame);
    },
    onState: (next) => {
      state.value = next;
      look();
      options.onState?.(next);
    },
  });
  const state = signal<LinkState>(connection.linkState());
  const look = () => {
    silence_ms.value = Math.round(connection.silence_ms());
    fresh.value = connection.fresh();
  };
  const looking = setInterval(look, look_every_ms);
  const unwatch = watchPage(connection, onVisible);
  connection.start();
  const listen = (listener: (frame: AnyFrame) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const close = () => {
    clearInterval(looking);
    unwatch();
    connection.close();
  };
  return { connection, state, silence_ms, fresh, listen, close };
}
