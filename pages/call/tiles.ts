import type { Companion, Endpoint } from "../client";
import { keyOf, type Remote } from "./call";
import type { OwnMedia } from "./own_media";
import type { Tile } from "./video_tile";

/** A tile for each device that is connected, and one for each person in the room whose device is not yet. */
export function tilesOf(people: readonly Companion[], remotes: readonly Remote[], me: Endpoint): Tile[] {
  const others = people.filter((each) => each.whereabouts === "in_room" && each.person !== me.person);
  const tiles: Tile[] = [];
  for (const who of others) {
    const devices = shown(remotes.filter((remote) => remote.endpoint.person === who.person));
    const common = {
      name: who.display_name,
      party: who.party,
      unstable: who.unstable,
      cameraOff: who.media?.video === false,
      muted: who.media?.audio === false,
      own: false,
      mirrored: false,
    };
    if (devices.length === 0) {
      tiles.push({ ...common, key: who.person, stream: undefined, connected: false, unreachable: false, quality: undefined });
    }
    for (const { endpoint, stream, connected, unreachable, quality } of devices) {
      // Whose own line is lost is not kept away by a network.
      tiles.push({ ...common, key: keyOf(endpoint), stream, connected, unreachable: unreachable && !who.unstable, quality });
    }
  }
  return tiles;
}

/** Where one device of a person is connected, one that is not is a page that went away. */
function shown(devices: readonly Remote[]): readonly Remote[] {
  const connected = devices.filter((each) => each.connected);
  return connected.length > 0 ? connected : devices.slice(0, 1);
}

export function ownTile(people: readonly Companion[], me: Endpoint, media: OwnMedia, stream: MediaStream): Tile {
  const known = people.find((each) => each.person === me.person);
  return {
    key: keyOf(me),
    name: known?.display_name ?? "",
    party: known?.party,
    stream,
    connected: true,
    unreachable: false,
    unstable: false,
    cameraOff: !media.sends("video"),
    muted: !media.sends("audio"),
    quality: undefined,
    own: true,
    mirrored: !media.facesAway(),
  };
}
