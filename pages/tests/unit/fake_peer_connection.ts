interface FakeTransceiver {
  direction: string;
  receiver: { track: { kind: string } };
  sender: {
    encodings: { maxBitrate?: number }[];
    replaceTrack(track: unknown): Promise<void>;
    getParameters(): { encodings: { maxBitrate?: number }[] };
    setParameters(parameters: { encodings: { maxBitrate?: number }[] }): Promise<void>;
  };
}

function transceiver(kind: string, direction: string): FakeTransceiver {
  const encodings = [{}];
  return {
    direction,
    receiver: { track: { kind } },
    sender: {
      encodings,
      replaceTrack: () => Promise.resolve(),
      getParameters: () => ({ encodings: structuredClone(encodings) }),
      setParameters: (parameters) => Promise.resolve(void encodings.splice(0, encodings.length, ...parameters.encodings)),
    },
  };
}

type Handler = (() => void) | null;

/** As much of an RTCPeerConnection as negotiation needs; offers and answers carry the fingerprint of their page. */
export class FakePeerConnection {
  static readonly made: FakePeerConnection[] = [];
  signalingState = "stable";
  connectionState = "new";
  localDescription: RTCSessionDescriptionInit | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  onnegotiationneeded: Handler = null;
  onconnectionstatechange: Handler = null;
  onicecandidate: ((event: { candidate: null }) => void) | null = null;
  ontrack: ((event: { track: unknown }) => void) | null = null;
  restarts = 0;
  closed = false;
  readonly taken: unknown[] = [];
  private readonly transceivers: FakeTransceiver[] = [];

  constructor(private readonly page: string) {
    FakePeerConnection.made.push(this);
  }

  addTransceiver(kind: string): void {
    this.transceivers.push(transceiver(kind, "sendrecv"));
    if (this.transceivers.length === 1) queueMicrotask(() => this.onnegotiationneeded?.());
  }

  getTransceivers() {
    return this.transceivers;
  }

  setLocalDescription(): Promise<void> {
    const answers = this.signalingState === "have-remote-offer";
    this.localDescription = { type: answers ? "answer" : "offer", sdp: `v=0\na=fingerprint:${this.page}\n` };
    this.signalingState = answers ? "stable" : "have-local-offer";
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.taken.push(description);
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    if (this.transceivers.length === 0) this.transceivers.push(transceiver("audio", "recvonly"), transceiver("video", "recvonly"));
    return Promise.resolve();
  }

  addIceCandidate(): Promise<void> {
    return Promise.resolve();
  }

  getConfiguration(): RTCConfiguration {
    return {};
  }

  setConfiguration(): void {}

  restartIce(): void {
    this.restarts += 1;
    queueMicrotask(() => this.onnegotiationneeded?.());
  }

  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(new Map());
  }

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close(): void {
    this.closed = true;
  }
}
