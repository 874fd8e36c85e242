import type { IceCandidate, SessionDescription } from "../client";
import type { SendLimit } from "./send_limit";

export type Signal = { description: SessionDescription } | { candidate: IceCandidate };

/** Milliseconds. */
export const patience = {
  /** ICE's "disconnected" often heals by itself. */
  disconnected_ms: 3_000,
  /** Without any connection for so long, a new one is tried from the beginning. */
  dead_ms: 15_000,
} as const;

export interface PeerOptions {
  /** Which of the two gives way when both offer at once. */
  polite: boolean;
  iceServers: RTCIceServer[];
  own: { video: MediaStreamTrack | undefined; audio: MediaStreamTrack | undefined };
  send(signal: Signal): void;
  onChange(): void;
  make?(configuration: RTCConfiguration): RTCPeerConnection;
}

/**
 * Picture and sound to and from one other device, by perfect negotiation (WebRTC 1.0, section 10.7). Both tracks go both
 * ways from the first offer on, so muting and changing devices needs no negotiation. An offer from a page that was
 * loaded anew (another DTLS fingerprint) begins a new connection, and so does one that crosses our first.
 */
export class Peer {
  /** What comes from the other side. */
  stream: MediaStream = new MediaStream();
  private connection: RTCPeerConnection;
  private makingOffer = false;
  private ignoreOffer = false;
  private settingAnswer = false;
  private wasConnected = false;
  private unconnectedSince_ms = performance.now();
  private closed = false;
  private deadTimer: ReturnType<typeof setTimeout> | undefined;
  private healTimer: ReturnType<typeof setTimeout> | undefined;
  private sendLimit: SendLimit | undefined;
  /** Signals are taken one after the other. */
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly options: PeerOptions) {
    this.connection = this.build();
  }

  get connected(): boolean {
    return this.connection.connectionState === "connected";
  }

  /** Tried for so long, from the beginning more than once, that it is not to be expected any more. */
  get unreachable(): boolean {
    return !this.connected && performance.now() - this.unconnectedSince_ms >= patience.dead_ms;
  }

  /** Makes the first offer. */
  call(): void {
    if (this.closed || this.connection.getTransceivers().length > 0) return;
    for (const kind of ["audio", "video"] as const) {
      this.connection.addTransceiver(this.options.own[kind] ?? kind, { direction: "sendrecv" });
    }
  }

  /** Another track, or none, takes the place of what is sent. */
  replace(kind: "video" | "audio", track: MediaStreamTrack | undefined): void {
    this.options.own[kind] = track;
    for (const each of this.connection.getTransceivers()) {
      if (each.receiver.track.kind === kind) void each.sender.replaceTrack(track ?? null).catch(() => undefined);
    }
  }

  /** How much of the picture goes out; holds for connections made later too. */
  limit(limit: SendLimit | undefined): void {
    this.sendLimit = limit;
    if (limit === undefined || this.closed) return;
    for (const { sender, receiver } of this.connection.getTransceivers()) {
      if (receiver.track.kind !== "video") continue;
      const parameters = sender.getParameters();
      const encoding = parameters.encodings?.[0];
      // Nothing is negotiated yet: once it is, this is done again.
      if (encoding === undefined) continue;
      if (encoding.maxBitrate === limit.max_bitrate && encoding.scaleResolutionDownBy === limit.scale_down) continue;
      encoding.maxBitrate = limit.max_bitrate;
      encoding.scaleResolutionDownBy = limit.scale_down;
      void sender.setParameters(parameters).catch(() => undefined);
    }
  }

  take(signal: Signal): Promise<void> {
    this.queue = this.queue.then(() => this.takeNow(signal)).catch(() => undefined);
    return this.queue;
  }

  /** The line to the engine is back, or the network changed: what is not connected is tried again. */
  nudge(certain: boolean): void {
    if (this.closed || (this.connected && !certain)) return;
    if (this.connection.signalingState === "have-local-offer") this.sendLocal();
    else if (this.connection.remoteDescription !== null) this.connection.restartIce();
  }

  /** Credentials end: those of the latest join are for connections made later, and for the next ICE restart of this. */
  reachBy(iceServers: RTCIceServer[]): void {
    this.options.iceServers = iceServers;
    if (this.closed) return;
    try {
      this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
    } catch (error) {
      console.warn("machiai: relays were not taken", error);
    }
  }

  /** From the beginning. */
  again(): void {
    if (this.closed) return;
    this.rebuild();
    this.call();
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.deadTimer);
    clearTimeout(this.healTimer);
    this.retire(this.connection);
  }

  private build(): RTCPeerConnection {
    const make = this.options.make ?? ((configuration) => new RTCPeerConnection(configuration));
    const connection = make({ iceServers: this.options.iceServers, bundlePolicy: "max-bundle" });
    connection.onnegotiationneeded = () => void this.offer(connection);
    connection.onicecandidate = ({ candidate }) => this.options.send({ candidate: candidate === null ? null : plain(candidate) });
    connection.onconnectionstatechange = () => this.connectionChanged(connection);
    connection.ontrack = ({ track }) => {
      this.stream.addTrack(track);
      this.options.onChange();
    };
    this.awaitConnection();
    return connection;
  }

  private rebuild(): void {
    this.retire(this.connection);
    this.makingOffer = this.ignoreOffer = this.settingAnswer = this.wasConnected = false;
    this.stream = new MediaStream();
    this.connection = this.build();
    this.options.onChange();
  }

  private retire(connection: RTCPeerConnection): void {
    clearTimeout(this.healTimer);
    connection.onnegotiationneeded = connection.onicecandidate = connection.onconnectionstatechange = connection.ontrack = null;
    connection.close();
  }

  private async offer(connection: RTCPeerConnection): Promise<void> {
    try {
      this.makingOffer = true;
      await connection.setLocalDescription();
      if (connection === this.connection) this.sendLocal();
    } catch {
      // Closed meanwhile, or a remote offer came first: what is still needed will be asked for again.
    } finally {
      if (connection === this.connection) this.makingOffer = false;
    }
  }

  private async takeNow(signal: Signal): Promise<void> {
    if (this.closed) return;
    if ("description" in signal) return this.takeDescription(signal.description);
    try {
      if (signal.candidate !== null) await this.connection.addIceCandidate(signal.candidate);
    } catch (error) {
      // Of an offer that was passed over, or of a former connection of theirs.
      if (!this.ignoreOffer && this.connected) console.warn("machiai: a candidate was not taken", error);
    }
  }

  private async takeDescription(description: SessionDescription): Promise<void> {
    const isOffer = description.type === "offer";
    const stable = this.connection.signalingState === "stable" || this.settingAnswer;
    const collision = isOffer && (this.makingOffer || !stable);
    const fromNewPage = isOffer && this.isForeign(description.sdp);
    this.ignoreOffer = collision && !this.options.polite && !fromNewPage;
    if (this.ignoreOffer) return;
    if (!isOffer && this.connection.signalingState !== "have-local-offer") return;
    // Our offer met a page that was loaded anew and knows nothing of the connection it was meant for.
    if (!isOffer && this.isForeign(description.sdp)) return this.again();
    if (fromNewPage || (collision && !this.wasConnected)) this.rebuild();
    const connection = this.connection;
    this.settingAnswer = !isOffer;
    try {
      await connection.setRemoteDescription(description);
    } finally {
      this.settingAnswer = false;
    }
    if (!isOffer) return;
    for (const each of connection.getTransceivers()) {
      const kind = each.receiver.track.kind as "video" | "audio";
      each.direction = "sendrecv";
      await each.sender.replaceTrack(this.options.own[kind] ?? null);
    }
    await connection.setLocalDescription();
    this.sendLocal();
    this.limit(this.sendLimit);
  }

  /** Of another page than the one we are connected to, or were. */
  private isForeign(sdp: string): boolean {
    const known = this.connection.remoteDescription?.sdp;
    return known !== undefined && fingerprintOf(known) !== fingerprintOf(sdp);
  }

  private sendLocal(): void {
    const local = this.connection.localDescription;
    if (local === null || (local.type !== "offer" && local.type !== "answer")) return;
    this.options.send({ description: { type: local.type, sdp: local.sdp } });
  }

  private connectionChanged(connection: RTCPeerConnection): void {
    if (connection !== this.connection) return;
    clearTimeout(this.healTimer);
    if (connection.connectionState === "connected") {
      this.wasConnected = true;
      this.unconnectedSince_ms = Infinity;
      clearTimeout(this.deadTimer);
      this.limit(this.sendLimit);
    } else if (connection.connectionState === "disconnected") {
      this.awaitConnection();
      this.healTimer = setTimeout(() => connection.restartIce(), patience.disconnected_ms);
    } else if (connection.connectionState === "failed") {
      this.awaitConnection();
      connection.restartIce();
    }
    this.options.onChange();
  }

  /** The one who gives way waits longer, so that the two do not begin anew at the same time. */
  private awaitConnection(): void {
    this.unconnectedSince_ms = Math.min(this.unconnectedSince_ms, performance.now());
    clearTimeout(this.deadTimer);
    const wait_ms = patience.dead_ms + (this.options.polite ? patience.disconnected_ms : 0);
    this.deadTimer = setTimeout(() => this.again(), wait_ms);
  }
}

export function fingerprintOf(sdp: string): string | undefined {
  return /^a=fingerprint:(.+)$/m.exec(sdp)?.[1]?.trim();
}

function plain(candidate: RTCIceCandidate): IceCandidate {
  const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
  return { candidate: candidate.candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
