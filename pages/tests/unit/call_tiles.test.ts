import { describe, expect, test } from "vitest";
import type { Remote } from "../../call/call";
import { sendLimit } from "../../call/send_limit";
import { tilesOf } from "../../call/tiles";
import type { Companion } from "../../client";

const me = { person: "me", device: "here" };
const companion = (person: string, changes: Partial<Companion> = {}): Companion => ({
  person,
  party: "family",
  display_name: person,
  whereabouts: "in_room",
  unstable: false,
  ...changes,
});
const remote = (person: string, device: string, connected: boolean): Remote => ({
  endpoint: { person, device },
  stream: {} as MediaStream,
  connected,
  unreachable: false,
  quality: undefined,
  counters: undefined,
});
const keys = (people: Companion[], remotes: Remote[]) => tilesOf(people, remotes, me).map((tile) => tile.key);

describe("the tiles of a call", () => {
  test("stand for everybody in the room but oneself, also without any device yet", () => {
    expect(keys([companion("me"), companion("a"), companion("b", { whereabouts: "waiting" })], [])).toEqual(["a"]);
  });

  test("are one for each connected device of a person", () => {
    expect(keys([companion("a")], [remote("a", "phone", true), remote("a", "tablet", true)])).toEqual(["a/phone", "a/tablet"]);
  });

  test("leave out a page that went away when another of the person is there, and wait for the only one", () => {
    expect(keys([companion("a")], [remote("a", "old", false), remote("a", "new", true)])).toEqual(["a/new"]);
    expect(keys([companion("a")], [remote("a", "old", false)])).toEqual(["a/old"]);
  });

  test("tell what the room says is sent; what nobody said yet is not called off", () => {
    const [said, unsaid] = tilesOf([companion("a", { media: { video: false, audio: true } }), companion("b")], [], me);
    expect(said).toMatchObject({ cameraOff: true, muted: false });
    expect(unsaid).toMatchObject({ cameraOff: false, muted: false });
  });
});

describe("what each other device is sent", () => {
  test("never more than the uplink carries, however many there are, and never nothing", () => {
    for (let others = 1; others <= 5; others += 1) {
      const { max_bitrate } = sendLimit(others);
      expect(max_bitrate * others).toBeLessThanOrEqual(1_500_000);
      expect(max_bitrate).toBeGreaterThanOrEqual(sendLimit(others + 1).max_bitrate);
      expect(max_bitrate).toBeGreaterThan(0);
    }
  });
});
