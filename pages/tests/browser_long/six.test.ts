import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { desktop, launch, openPage, person, phone } from "../harness/browser";
import { heardBy, passOn, seesAndHears } from "../harness/call_pages";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { StaffLine } from "../harness/staff_line";
import { lookAt, patientAddress } from "../harness/visit_pages";

// The limits as they come.
const engine = new Engine();
const complaints: string[] = [];
let browser: Browser;
let staff: StaffLine;
let doctor: Page;
let patient: Page;
const guests: Page[] = [];

beforeAll(async () => {
  await engine.start();
  // Thirty pictures are sent and thirty shown by one machine here.
  browser = await launch("--use-fake-device-for-media-stream=fps=5");
  await makeClinic(engine, [{ minutes: -2, name: "予約　花子" }]);
  staff = await StaffLine.open(await (await person(browser)).newPage(), engine);
  const address = `${engine.address}/console#token=${engine.token({ role: "doctor", sub: "dr-mori", clinic })}`;
  doctor = await openPage(await person(browser, desktop), address, complaints);
  patient = await openPage(await person(browser, phone), patientAddress(engine, "v1", "p1"), complaints);
  await passOn(patient, "h1:text-is('待合室')");
  await doctor.locator('[data-room="v1"]').getByRole("button", { name: /：入室$/ }).click();
  await staff.say({ type: "admit", room: "v1", person: "p1" });
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

async function join(party: "family" | "nurse" | "interpreter" | "specialist", display_name: string): Promise<Page> {
  const reply = await staff.say({ type: "invite", room: "v1", party, display_name });
  if (!("path" in reply)) throw new Error("no link");
  const page = await openPage(await person(browser, phone), engine.address + reply.path, complaints);
  await page.getByRole("button", { name: "同意して参加する" }).click();
  await passOn(page, "h1:text-is('待合室')");
  await staff.say({ type: "admit", room: "v1", person: reply.person });
  await page.locator(".stage").waitFor();
  return page;
}

test("six see and hear each other", async () => {
  guests.push(await join("family", "予約　太郎"), await join("interpreter", "Maria Santos"));
  guests.push(await join("nurse", "看護　花"), await join("specialist", "専門　一郎"));
  for (const page of [doctor, patient, ...guests]) await seesAndHears(page, 5, 90_000);
  await lookAt(doctor, "call-six-doctor");
  await lookAt(patient, "call-six");
});

test("a seventh is told that the call is full, and is in it when one of the six has left", async () => {
  const seventh = await join("family", "予約　次郎");
  await seventh.getByText("人数の上限に達しています").waitFor();
  await lookAt(seventh, "call-seventh");
  await guests[0]!.close();
  await expect.poll(async () => (await heardBy(seventh)).filter((each) => each.connected).length, { timeout: 60_000 }).toBe(5);
  await seesAndHears(seventh, 5, 90_000);
  expect(complaints).toEqual([]);
});
