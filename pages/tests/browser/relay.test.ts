import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { desktop, launch, openPage, person, phone } from "../harness/browser";
import { heardBy, passOn, seesAndHears } from "../harness/call_pages";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { TurnServer } from "../harness/turn_server";
import { patientAddress } from "../harness/visit_pages";

// A real coturn, and browsers that may go no other way than through it.
const turn = new TurnServer("north");
const complaints: string[] = [];
let browser: Browser;

beforeAll(async () => {
  await turn.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await turn.stop();
});

async function open(address: string, options: BrowserContextOptions): Promise<Page> {
  const context = await person(browser, options);
  await context.addInitScript(() => {
    const Direct = RTCPeerConnection;
    window.RTCPeerConnection = class extends Direct {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: "relay" });
      }
    };
  });
  return openPage(context, address, complaints);
}

/** Doctor and patient in a call of an engine that knows the relay by this secret. */
async function consultation(engine: Engine): Promise<Page[]> {
  await engine.start();
  await makeClinic(engine, [{ minutes: -2, name: "予約　花子" }]);
  const doctor = await open(`${engine.address}/console#token=${engine.token({ role: "doctor", sub: "dr-mori", clinic })}`, desktop);
  const patient = await open(patientAddress(engine, "v1", "p1"), phone);
  await passOn(patient, "h1:text-is('待合室')");
  await doctor.locator('[data-room="v1"]').getByRole("button", { name: /：入室$/ }).click();
  await doctor.locator('[data-room="v1"]').getByRole("button", { name: /入室許可$/ }).click();
  await patient.locator(".stage").waitFor();
  return [doctor, patient];
}

test("picture and sound come through the relay with what the engine gave", async () => {
  const engine = new Engine(turn.settings());
  const pages = await consultation(engine);
  for (const page of pages) await seesAndHears(page, 1);
  await turn.says(/ALLOCATE processed, success/);
  for (const page of pages) await page.close();
  await engine.stop();
  expect(complaints).toEqual([]);
});

test("a relay that knows another secret lets nobody through, and the pages say that there is no connection yet", async () => {
  const engine = new Engine(turn.settings("south"));
  const [doctor, patient] = await consultation(engine);
  await turn.says(/error 401/);
  await expect.poll(async () => (await heardBy(doctor!)).map((each) => each.connected)).toEqual([false]);
  await patient!.waitForTimeout(3_000);
  for (const page of [doctor!, patient!]) await page.locator(".tile:not(.own)").getByText("接続を待っています").waitFor();
  expect((await heardBy(patient!)).map((each) => each.frames_decoded)).toEqual([0]);
  await engine.stop();
});
