import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Companion, Endpoint } from "../client";
import { Icon } from "../shared/icons";
import type { Call } from "./call";
import { callText } from "./call_text";
import type { OwnMedia } from "./own_media";
import { watchSpeaking } from "./speaking";
import { StageButtons } from "./stage_buttons";
import { ownTile, tilesOf } from "./tiles";
import { VideoTile, type Tile } from "./video_tile";
import "./video_stage.css";

export interface VideoStageProps {
  call: Call;
  media: OwnMedia;
  me: Endpoint;
  people: readonly Companion[];
}

/** The pictures: one large, which can be chosen, and the others in a strip, or all alike; one's own in the corner, mirrored. */
export function VideoStage({ call, media, me, people }: VideoStageProps): JSX.Element {
  const text = callText();
  const [grid, setGrid] = useState(false);
  const [silenced, setSilenced] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const tiles = tilesOf(people, call.remotes.value, me);
  const own = useOwnStream(media);
  const speaking = useSpeaking(call);
  const [pinned, setPinned] = useState<string | undefined>(undefined);
  const large = tiles.find((tile) => tile.key === pinned) ?? largeTile(tiles, people, me, speaking);
  const doctorAway = !people.some((each) => each.party === "doctor" && each.whereabouts === "in_room");
  const alike = grid && tiles.length > 1;
  const message = useArrivals(tiles);
  useEffect(() => exposeCall(stage.current, call), [call]);
  const draw = (tile: Tile, isLarge: boolean) => (
    <VideoTile
      key={tile.key}
      tile={tile}
      large={isLarge}
      speaker={media.chosen.value.speaker}
      onSilenced={() => setSilenced(true)}
      {...(tiles.length > 1 && !tile.own && !alike
        ? { pinned: tile.key === pinned, onPin: () => setPinned(tile.key === pinned ? undefined : tile.key) }
        : {})}
    />
  );
  return (
    <div class={`stage ${alike || tiles.length < 2 ? "grid" : "speaker"} of-${Math.min(tiles.length, 6)}`} data-remotes={call.remotes.value.length} ref={stage}>
      <p class="visually-hidden" role="status">
        {message}
      </p>
      {tiles.length === 0 && (
        <p class="stage-empty">{doctorAway ? text.doctorAway : call.state.value.phase === "joining" ? text.joining : text.alone}</p>
      )}
      <p class={`stage-note${doctorAway && tiles.length > 0 ? "" : " empty"}`} role="status">
        {doctorAway && tiles.length > 0 && text.doctorAway}
      </p>
      <div class="tiles">{tiles.map((tile) => draw(tile, tile === large && !alike))}</div>
      {draw(ownTile(people, me, media, own), false)}
      <StageButtons media={media} grid={grid} {...(tiles.length > 1 ? { onGrid: () => setGrid(!grid) } : {})} />
      {silenced && (
        <button
          type="button"
          class="button primary large stage-hear"
          onClick={() => {
            for (const each of stage.current?.querySelectorAll("video") ?? []) void each.play().catch(() => undefined);
            setSilenced(false);
          }}
        >
          <Icon name="speaker" />
          {text.hear}
        </button>
      )}
    </div>
  );
}

/**
 * A doctor looks at the patient, whoever speaks; for everybody else it is whoever speaks, and the doctor while nobody
 * does.
 */
function largeTile(tiles: readonly Tile[], people: readonly Companion[], me: Endpoint, speaking: string | undefined): Tile | undefined {
  const asDoctor = people.find((each) => each.person === me.person)?.party === "doctor";
  const faced = tiles.find((tile) => tile.party === (asDoctor ? "patient" : "doctor"));
  const speaker = tiles.find((tile) => tile.key === speaking);
  return (asDoctor ? (faced ?? speaker) : (speaker ?? faced)) ?? tiles[0];
}

/** Tests and the curious read the connections' counters here: `element.machiaiCall`. */
function exposeCall(element: HTMLDivElement | null, call: Call): void {
  if (element !== null) (element as HTMLDivElement & { machiaiCall?: Call }).machiaiCall = call;
}

function useOwnStream(media: OwnMedia): MediaStream {
  const track = media.video.value;
  return useMemo(() => new MediaStream(track === undefined ? [] : [track]), [track]);
}

function useSpeaking(call: Call): string | undefined {
  const [speaking, setSpeaking] = useState<string | undefined>(undefined);
  useEffect(() => {
    const watch = watchSpeaking(() => new Map(call.remotes.peek().map((each) => [`${each.endpoint.person}/${each.endpoint.device}`, each.stream])));
    const stop = watch.speaker.subscribe(setSpeaking);
    return () => {
      stop();
      watch.stop();
    };
  }, [call]);
  return speaking;
}

/** What a screen reader is told: whose picture came, whose went. */
function useArrivals(tiles: readonly Tile[]): string {
  const text = callText();
  const known = useRef<ReadonlyMap<string, string>>(new Map());
  const now = new Map(tiles.filter((tile) => tile.connected).map((tile) => [tile.key, tile.name]));
  const [message, setMessage] = useState("");
  useEffect(() => {
    const came = [...now].filter(([key]) => !known.current.has(key)).map(([, name]) => text.joined(name));
    const went = [...known.current].filter(([key]) => !now.has(key)).map(([, name]) => text.gone(name));
    known.current = now;
    if (came.length + went.length > 0) setMessage([...came, ...went].join(" "));
  }, [[...now.keys()].join(" ")]);
  return message;
}
