import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { CallQuality, Party } from "../client";
import { Icon } from "../shared/icons";
import { partyText } from "../shared/party_text";
import { callText, qualityText } from "./call_text";
import { speakThrough } from "./speaker_output";

export interface Tile {
  key: string;
  name: string;
  party: Party | undefined;
  stream: MediaStream | undefined;
  /** Pictures and sound come, or came a moment ago. */
  connected: boolean;
  /** In the room, and no way to each other was found. */
  unreachable: boolean;
  unstable: boolean;
  cameraOff: boolean;
  muted: boolean;
  quality: CallQuality | undefined;
  own: boolean;
  /** One's own face, as everybody knows it. */
  mirrored: boolean;
}

export interface VideoTileProps {
  tile: Tile;
  large: boolean;
  speaker: string | undefined;
  /** The browser plays no sound before the person touches the page. */
  onSilenced(): void;
  /** Chosen to be the large one. */
  pinned?: boolean;
  onPin?: () => void;
}

/** One person's picture with name, role and state; the person's initial where there is none. */
export function VideoTile({ tile, large, speaker, onSilenced, pinned = false, onPin }: VideoTileProps): JSX.Element {
  const text = callText();
  const video = useRef<HTMLVideoElement>(null);
  const absent = !tile.own && (!tile.connected || tile.quality === "lost");
  useEffect(() => {
    const element = video.current;
    if (element === null || tile.stream === undefined) return;
    if (element.srcObject !== tile.stream) element.srcObject = tile.stream;
    element.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError") onSilenced();
    });
  }, [tile.stream]);
  useEffect(() => {
    if (video.current !== null && !tile.own) void speakThrough(video.current, speaker);
  }, [speaker, tile.own]);
  return (
    <figure class={`tile${large ? " large" : ""}${tile.own ? " own" : ""}${tile.mirrored ? " mirrored" : ""}`} data-person={tile.key}>
      <video ref={video} muted={tile.own} autoPlay playsInline class={tile.cameraOff ? "dark" : ""} />
      {(tile.cameraOff || tile.stream === undefined) && !absent && (
        <span class="initial" aria-hidden="true">
          {[...tile.name][0] ?? "?"}
        </span>
      )}
      {absent && (
        <p class="tile-wait">
          <span>{tile.unreachable ? text.unreachable : text.waiting}</span>
        </p>
      )}
      {onPin !== undefined && (
        <button type="button" class="tile-pin" aria-pressed={pinned} aria-label={text.enlarge(tile.name)} onClick={onPin} />
      )}
      <figcaption>
        <bdi class="tile-name">{tile.own ? text.you : tile.name}</bdi>
        {tile.party !== undefined && !tile.own && <span class="tile-party">{partyText(tile.party)}</span>}
        {tile.muted && <Mark icon="microphone_off" label={text.muted} />}
        {tile.cameraOff && <Mark icon="camera_off" label={text.cameraOff} />}
        {tile.unstable && <Mark icon="network_off" label={text.unstable} />}
        {tile.quality !== undefined && (
          <span class={`bars ${tile.quality}`} role="img" aria-label={qualityText(tile.quality)} title={qualityText(tile.quality)}>
            <i />
            <i />
            <i />
          </span>
        )}
      </figcaption>
    </figure>
  );
}

function Mark({ icon, label }: { icon: "microphone_off" | "camera_off" | "network_off"; label: string }): JSX.Element {
  return (
    <span class="tile-mark" title={label}>
      <Icon name={icon} size={16} />
      <span class="visually-hidden">{label}</span>
    </span>
  );
}
