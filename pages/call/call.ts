import { effect, signal, type Signal } from "@preact/signals";
import type { AnyFrame, CallFrame, CallQuality, Companion, Endpoint, ErrorCode, Media } from "../client";
import type { LiveLink } from "../shared/live_link";
import { countersOf, qualityBetween, worst, type Counters, type LinkQuality } from "./link_quality";
import type { OwnMedia } from "./own_media";
import { watchNetwork } from "./network_change";
import { Peer, type Signal as PeerSignal } from "./peer";
import { sendLimit } from "./send_limit";

const timing = {
  measure_every_ms: 5_000,
  /** The room may hear of our entry a moment after the call does. */
  join_again_ms: 1_500,
  /** Whoever comes into the call makes the first offer; if none comes, the others do. */
  offer_awaited_ms: 4_000,
  offer_awaited_polite_ms: 6_000,
} as const;

/** As long as a page has not said otherwise. */
const nothingSent: Media = { video: false, audio: false };

/** Another device in the call, as the page draws it. */
export interface Remote {
  endpoint: Endpoint;
  stream: MediaStream;
  connected: boolean;
  /** Long enough tried in vain. */
  unreachable: boolean;
  quality: CallQuality | undefined;
  /** The latest look at its counters: what tests and the curious read. */
  counters: Counters | undefined;
}

export type CallState = { phase: "joining" } | { phase: "in" } | { phase: "refused"; code: ErrorCode };

interface Member {
  endpoint: Endpoint;
  peer: Peer;
  offerTimer: ReturnType<typeof setTimeout> | undefined;
  counters: Counters | undefined;
  quality: LinkQuality | undefined;
  listed: boolean;
}

export interface CallOptions {
  link: LiveLink;
  room: string;
  me: Endpoint;
  media: OwnMedia;
  /** What the room knows of this person; nothing of who is not in it. */
  companion(person: string): Pick<Companion, "unstable" | "media"> | undefined;
  makeConnection?(configuration: RTCConfiguration): RTCPeerConnection;
}

export const keyOf = (endpoint: Endpoint): string => `${endpoint.person}/${endpoint.device}`;

/**
 * This device's part in a room's call: joins, and joins again on every new line to the engine; keeps a connection to
 * each device of other persons; says what it sends and how well it goes. Lives from `start` to `stop`.
 */
export class Call {
  readonly state: Signal<CallState> = signal({ phase: "joining" });
  readonly remotes: Signal<readonly Remote[]> = signal([]);
  private readonly members = new Map<string, Member>();
  private readonly undo: (() => void)[] = [];
  private iceServers: RTCIceServer[] = [];
  private sawRoster = false;
  private joinTimer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  private said: string | undefined;

  constructor(private readonly options: CallOptions) {}

  start(): void {
    if (this.stopped) return;
    const { link, media } = this.options;
    this.undo.push(link.listen((frame) => this.take(frame)));
    this.undo.push(effect(() => this.replace("video", media.video.value)));
    this.undo.push(effect(() => this.replace("audio", media.audio.value)));
    this.undo.push(
      effect(() => {
        if (media.settled.value) this.sayMedia(media.sends("video"), media.sends("audio"));
      }),
    );
    this.undo.push(watchNetwork(() => this.nudge(true)));
    // Closed or loaded anew: the seat is free at once, also while other devices of this person stay.
    const gone = () => link.connection.pass({ type: "leave_call", room: this.options.room });
    window.addEventListener("pagehide", gone);
    this.undo.push(() => window.removeEventListener("pagehide", gone));
    const timer = setInterval(() => void this.measure(), timing.measure_every_ms);
    this.undo.push(() => clearInterval(timer));
    void this.join();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    clearTimeout(this.joinTimer);
    for (const each of this.undo.splice(0)) each();
    for (const key of [...this.members.keys()]) this.remove(key);
    this.options.link.connection.pass({ type: "leave_call", room: this.options.room });
  }

  /** After a refusal the person wants to try again. */
  async join(): Promise<void> {
    clearTimeout(this.joinTimer);
    const { link, room } = this.options;
    const reply = await link.connection.send({ type: "join_call", room });
    if (this.stopped) return;
    if (!reply.ok) {
      if (reply.error.code !== "limit_reached" && reply.error.code !== "not_present" && !reply.error.retryable) {
        this.state.value = { phase: "refused", code: reply.error.code };
        return;
      }
      if (reply.error.code === "limit_reached") this.state.value = { phase: "refused", code: reply.error.code };
      this.joinTimer = setTimeout(() => void this.join(), timing.join_again_ms * (1 + Math.random()));
      return;
    }
    if ("ice_servers" in reply) this.iceServers = reply.ice_servers as RTCIceServer[];
    for (const { peer } of this.members.values()) peer.reachBy(this.iceServers);
    this.state.value = { phase: "in" };
    this.said = undefined;
    const { media } = this.options;
    if (media.settled.peek()) this.sayMedia(media.sends("video"), media.sends("audio"));
    this.nudge(false);
  }

  /** Fresh counters of every connection. */
  async measure(): Promise<void> {
    const links: LinkQuality[] = [];
    for (const member of this.members.values()) {
      const counters = await member.peer.stats().then(
        (report) => countersOf(report as unknown as Iterable<[string, unknown]>, performance.now()),
        () => undefined,
      );
      if (counters === undefined) continue;
      const before = member.counters;
      member.counters = counters;
      if (before === undefined) continue;
      const who = this.options.companion(member.endpoint.person);
      member.quality = qualityBetween(before, counters, who?.media ?? nothingSent);
      // Silence of somebody whose own line is lost says nothing about ours.
      if (who !== undefined && !who.unstable && member.listed) links.push(member.quality);
    }
    this.draw();
    const all = worst(links);
    if (all === undefined || this.stopped || this.state.value.phase !== "in") return;
    this.options.link.connection.pass({
      type: "report_quality",
      room: this.options.room,
      quality: all.quality,
      ...(all.round_trip_ms === undefined ? {} : { round_trip_ms: all.round_trip_ms }),
      loss_permille: all.loss_permille,
    });
  }

  private take(frame: AnyFrame): void {
    if (frame.type === "welcome") void this.join();
    else if (frame.type === "call" && frame.room === this.options.room) this.takeRoster(frame);
    else if (frame.type === "signal" && frame.room === this.options.room) {
      const signal = { ...("description" in frame ? { description: frame.description } : { candidate: frame.candidate ?? null }) };
      void this.member(frame.from).peer.take(signal as PeerSignal);
    }
  }

  private takeRoster(frame: CallFrame): void {
    const first = !this.sawRoster;
    this.sawRoster = true;
    for (const endpoint of frame.left) this.remove(keyOf(endpoint));
    const listed = new Set(frame.endpoints.map(keyOf));
    for (const member of this.members.values()) member.listed = listed.has(keyOf(member.endpoint));
    for (const endpoint of frame.endpoints) {
      if (endpoint.person === this.options.me.person) continue;
      const isNew = !this.members.has(keyOf(endpoint));
      const member = this.member(endpoint);
      if (isNew && first) member.peer.call();
      else if (isNew) this.awaitOffer(member);
    }
    this.draw();
  }

  private member(endpoint: Endpoint): Member {
    const known = this.members.get(keyOf(endpoint));
    if (known !== undefined) return known;
    const { media, link, room, me, makeConnection } = this.options;
    const peer: Peer = new Peer({
      polite: keyOf(me) > keyOf(endpoint),
      iceServers: this.iceServers,
      own: { video: media.video.peek(), audio: media.audio.peek() },
      send: (signal) => link.connection.pass({ type: "send_signal", room, to: endpoint, ...signal }),
      onChange: () => this.changed(keyOf(endpoint)),
      ...(makeConnection === undefined ? {} : { make: makeConnection }),
    });
    const member: Member = { endpoint, peer, offerTimer: undefined, counters: undefined, quality: undefined, listed: true };
    this.members.set(keyOf(endpoint), member);
    this.share();
    return member;
  }

  private awaitOffer(member: Member): void {
    const polite = keyOf(this.options.me) > keyOf(member.endpoint);
    member.offerTimer = setTimeout(() => member.peer.call(), polite ? timing.offer_awaited_polite_ms : timing.offer_awaited_ms);
  }

  private changed(key: string): void {
    const member = this.members.get(key);
    // Not in the list since a restart of the engine, and now silent too: it is gone.
    if (member !== undefined && !member.listed && !member.peer.connected) this.remove(key);
    this.draw();
  }

  private remove(key: string): void {
    const member = this.members.get(key);
    if (member === undefined) return;
    this.members.delete(key);
    clearTimeout(member.offerTimer);
    member.peer.close();
    this.share();
    this.draw();
  }

  /** The uplink is divided among the others. */
  private share(): void {
    const limit = sendLimit(this.members.size);
    for (const { peer } of this.members.values()) peer.limit(limit);
  }

  private replace(kind: "video" | "audio", track: MediaStreamTrack | undefined): void {
    for (const { peer } of this.members.values()) peer.replace(kind, track);
  }

  private nudge(certain: boolean): void {
    for (const { peer } of this.members.values()) peer.nudge(certain);
  }

  /** A consultation is picture and sound: stretches of less stand in the record. */
  private sayMedia(video: boolean, audio: boolean): void {
    const word = `${String(video)} ${String(audio)}`;
    if (this.state.peek().phase !== "in" || this.said === word) return;
    this.said = word;
    void this.options.link.connection.send({ type: "set_media", room: this.options.room, video, audio });
  }

  private draw(): void {
    this.remotes.value = [...this.members.values()].map(({ endpoint, peer, quality, counters }) => ({
      endpoint,
      stream: peer.stream,
      connected: peer.connected,
      unreachable: peer.unreachable,
      quality: quality?.quality,
      counters,
    }));
  }
}
