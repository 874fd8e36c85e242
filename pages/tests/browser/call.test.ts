import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { desktop, launch, openPage, person, phone } from "../harness/browser";
import { heardBy, nothingComes, passOn, seesAndHears } from "../harness/call_pages";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { StaffLine } from "../harness/staff_line";
import { lookAt, patientAddress } from "../harness/visit_pages";

// Few devices fill this call, so that one too many needs no seven browsers' worth of video.
const engine = new Engine("[room]\ncall_endpoints_max = 4\n[presence]\nleave_after_ms = 6000\n");
const complaints: string[] = [];
let browser: Browser;
let staff: StaffLine;
let doctor: Page;
let patient: Page;
let family: Page;
let tablet: Page;
let patientsPhone: BrowserContext;

const tile = (page: Page, name: string) => page.locator(".tile:not(.own)", { hasText: name });
const control = (page: Page, name: RegExp) => page.locator(".call-controls").getByRole("button", { name });

beforeAll(async () => {
  await engine.start();
  browser = await launch();
  await makeClinic(engine, [{ minutes: -2, name: "予約　花子" }]);
  staff = await StaffLine.open(await (await person(browser)).newPage(), engine);
  const address = `${engine.address}/console#token=${engine.token({ role: "doctor", sub: "dr-mori", clinic })}`;
  doctor = await openPage(await person(browser, desktop), address, complaints);
  patientsPhone = await person(browser, phone);
  patient = await openPage(patientsPhone, patientAddress(engine, "v1", "p1"), complaints);
  await passOn(patient, "h1:text-is('待合室')");
  await doctor.mouse.move(5, 5);
  await doctor.locator('[data-room="v1"]').getByRole("button", { name: /：入室$/ }).click();
  await staff.say({ type: "admit", room: "v1", person: "p1" });
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

test("two see and hear each other, and every part of the screen can be read by everybody", async () => {
  for (const page of [doctor, patient]) await seesAndHears(page, 1);
  await lookAt(patient, "call-two");
  await control(patient, /^参加者/).click();
  await patient.getByRole("heading", { name: "参加している方" }).waitFor();
  await lookAt(patient, "call-people");
  await patient.keyboard.press("Escape");
  await expect.poll(() => patient.evaluate(() => document.activeElement?.textContent)).toContain("参加者");
  await control(patient, /^機器の設定/).click();
  await lookAt(patient, "call-devices");
  await control(patient, /^機器の設定/).click();
});

test("whoever may use neither camera nor microphone sees, hears and is seen to be without", async () => {
  const context = await person(browser, phone);
  await context.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  const reply = await staff.say({ type: "invite", room: "v1", party: "family", display_name: "予約　太郎" });
  if (!("path" in reply)) throw new Error("no link");
  family = await openPage(context, engine.address + reply.path, complaints);
  await family.getByRole("button", { name: "同意して参加する" }).click();
  await family.getByRole("button", { name: "カメラとマイクを確認する" }).click();
  await family.getByText("カメラの使用が許可されていません。").first().waitFor();
  await lookAt(family, "device-test-refused");
  await passOn(family, "h1:text-is('待合室')");
  await staff.say({ type: "admit", room: "v1", person: reply.person });
  await seesAndHears(family, 2);
  await family.getByText("カメラ・マイクの使用が許可されていません。").waitFor();
  await lookAt(family, "call-refused-devices");
  await tile(doctor, "予約　太郎").getByText("カメラオフ").waitFor();
  await tile(doctor, "予約　太郎").getByText("マイクオフ").waitFor();
  await lookAt(doctor, "call-three-doctor");
  await lookAt(patient, "call-three");
});

test("all alike, or the speaker large", async () => {
  await doctor.getByRole("button", { name: "一覧表示にする" }).click();
  await patient.getByRole("button", { name: "一覧表示にする" }).click();
  await lookAt(doctor, "call-grid-doctor");
  await lookAt(patient, "call-grid");
  await patient.getByRole("button", { name: "話し手を大きく表示する" }).click();
});

test("on every screen the large picture and all controls are in sight, and no picture is a strip", async () => {
  const box = async (page: Page, which: string) => (await page.locator(which).first().boundingBox())!;
  const inSight = async (page: Page, width: number, height: number) => {
    await page.setViewportSize({ width, height });
    const where = `${width} x ${height}`;
    const controls = await box(page, ".call-controls");
    expect(controls.y + controls.height, where).toBeLessThanOrEqual(height);
    const large = await box(page, ".tile.large");
    expect(large.y, where).toBeGreaterThanOrEqual(0);
    expect((large.width * large.height) / (width * height), where).toBeGreaterThan(0.2);
    const small = await box(page, ".tile:not(.large):not(.own)");
    expect(Math.min(small.width, small.height), where).toBeGreaterThan(60);
    expect(Math.max(small.width, small.height), where).toBeLessThan(250);
  };
  await doctor.getByRole("button", { name: "話し手を大きく表示する" }).click();
  // A doctor sees the patient large whoever speaks, and another when it is asked for.
  await expect.poll(() => doctor.locator(".tile.large").innerText()).toContain("予約　花子");
  await doctor.getByRole("button", { name: "予約　太郎を大きく表示" }).click();
  await expect.poll(() => doctor.locator(".tile.large").innerText()).toContain("予約　太郎");
  await doctor.getByRole("button", { name: "予約　太郎を大きく表示" }).click();
  await expect.poll(() => doctor.locator(".tile.large").innerText()).toContain("予約　花子");
  for (const [width, height] of [[1440, 900], [1280, 800], [1180, 820], [1024, 768]] as const) await inSight(doctor, width, height);
  await doctor.setViewportSize(desktop.viewport!);
  for (const [width, height] of [[320, 568], [360, 740], [844, 390], [667, 375], [390, 844]] as const) await inSight(patient, width, height);
});

test("the microphone and the camera by the keyboard: nothing goes out, and everybody is told", async () => {
  await control(patient, /^マイクをオフ/).focus();
  await patient.keyboard.press("m");
  await tile(doctor, "予約　花子").getByText("マイクオフ").waitFor();
  await nothingComes(doctor, "p1", "audio_energy");
  await patient.keyboard.press("v");
  await tile(doctor, "予約　花子").getByText("カメラオフ").waitFor();
  await nothingComes(doctor, "p1", "frames_decoded");
  await lookAt(patient, "call-muted");
  await patient.keyboard.press("m");
  await patient.keyboard.press("v");
  await seesAndHears(doctor, 1);
  await tile(doctor, "予約　花子").getByText("カメラオフ").waitFor({ state: "detached" });
  const media = (await staff.board()).cards[0]?.participants.find((each) => each.person === "p1")?.media;
  expect(media).toEqual({ video: true, audio: true });
});

test("a second device of the patient is shown to the others and not to the patient's first", async () => {
  tablet = await openPage(await person(browser, desktop), patientAddress(engine, "v1", "p1"), complaints);
  await passOn(tablet, ".stage");
  await seesAndHears(tablet, 1);
  await expect.poll(async () => (await heardBy(doctor)).filter((each) => each.person === "p1" && each.connected).length).toBe(2);
  expect((await heardBy(patient)).map((each) => each.person)).not.toContain("p1");
});

test("one device too many is told so, and gets in as soon as another has left", async () => {
  const laptop = await openPage(await person(browser, desktop), patientAddress(engine, "v1", "p1"), complaints);
  await passOn(laptop, ".stage");
  await laptop.getByText("人数の上限に達しています").waitFor();
  await lookAt(laptop, "call-full");
  await tablet.goto("about:blank");
  await tablet.close();
  await seesAndHears(laptop, 1);
  expect(await laptop.getByText("人数の上限に達しています").count()).toBe(0);
  await laptop.goto("about:blank");
  await laptop.close();
});

test("a page that was killed is waited for, and leaves the pictures when the patience is over", async () => {
  // Without a last word, as when a phone's system kills it.
  void family.goto("chrome://crash").catch(() => undefined);
  await expect.poll(async () => (await heardBy(patient)).map((each) => each.person), { timeout: 30_000 }).toEqual(["dr-mori"]);
  await seesAndHears(patient, 1);
});

test("a reload comes back to the same pictures, from both sides", async () => {
  await control(patient, /^マイクをオフ/).click();
  await patient.reload();
  await passOn(patient, ".stage");
  await seesAndHears(patient, 1, 12_000);
  // What its person had turned off stays off.
  await nothingComes(doctor, "p1", "audio_energy");
  await control(patient, /^マイクをオン/).click();
  for (const page of [doctor, patient]) await seesAndHears(page, 1, 12_000);
  await doctor.reload();
  for (const page of [doctor, patient]) await seesAndHears(page, 1, 12_000);
});

test("the engine dies and comes back: the pictures never stop", async () => {
  const before = await heardBy(patient);
  await engine.kill();
  await seesAndHears(patient, 1, 6_000);
  await engine.start();
  await seesAndHears(patient, 1, 6_000);
  await doctor.locator(".link-status.live").waitFor({ timeout: 30_000 });
  await seesAndHears(doctor, 1, 6_000);
  const after = await heardBy(patient);
  // The counters of a connection made anew would have begun at zero.
  expect(after[0]!.frames_decoded).toBeGreaterThan(before[0]!.frames_decoded);
  expect(complaints).toEqual([]);
});
