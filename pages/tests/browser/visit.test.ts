import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { BoardFrame, ParticipantCard } from "../../client";
import { desktop, launch, openPage, person, phone, screenshot, seriousFindings } from "../harness/browser";
import { heardBy, seesAndHears } from "../harness/call_pages";
import type { StatementLine } from "../../console/statement";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { openPatient, passDeviceTest, startVisit } from "../harness/visit_pages";

// The patience is short, so that a return after it needs no long test; an hour's price is the rule's all the same.
const leave_after_ms = 8_000;
const engine = new Engine(`[presence]\nleave_after_ms = ${leave_after_ms}\n[billing]\nreconnect_window_ms = ${leave_after_ms}\n`);
const complaints: string[] = [];
let browser: Browser;
let reception: Page;
let doctor: Page;
let patient: Page;
let interpreter: Page;
let interpretersPhone: BrowserContext;
let invitation: string;
let doctorCameAt_ms: number;

const card = (page: Page) => page.locator('[data-room="v1"]');
const section = (page: Page, name: string) => page.locator(`[data-section="${name}"] [data-room="v1"]`);
const rest = (page: Page) => page.mouse.move(5, 5);
const console_ = async (role: "staff" | "doctor", sub: string) => {
  const page = await openPage(await person(browser, desktop), `${engine.address}/console#token=${engine.token({ role, sub, clinic })}`, complaints);
  await page.waitForSelector(".link-status.live");
  return page;
};

beforeAll(async () => {
  await engine.start();
  browser = await launch();
  await makeClinic(engine, [{ minutes: -2, name: "予約　花子" }, { minutes: 15 }]);
  reception = await console_("staff", "reception");
  doctor = await console_("doctor", "dr-mori");
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

// Two consoles agree after every step, whatever it was.
afterEach(async () => {
  await Promise.all([rest(reception), rest(doctor)]);
  await expect.poll(async () => JSON.stringify(await told(reception)) === JSON.stringify(await told(doctor)), { timeout: 5_000 }).toBe(true);
});

test("reception sees the patient come, and what the device test found", async () => {
  patient = await openPatient(await person(browser, phone), engine, "v1", "p1", complaints);
  await section(reception, "absent").waitFor();
  await patient.getByRole("button", { name: "オンライン診療開始" }).click();
  await patient.getByRole("button", { name: "カメラとマイクを確認する" }).click();
  await patient.getByText("声が届いています").waitFor();
  await patient.getByRole("button", { name: "テスト音を鳴らす" }).click();
  await patient.getByRole("button", { name: "聞こえた" }).click();
  await screenshot(patient, "visit-device-test-phone-ja");
  expect(await seriousFindings(patient)).toEqual([]);
  await patient.getByRole("button", { name: "待合室へ進む", exact: true }).click();
  await patient.locator("h1", { hasText: "待合室" }).waitFor();
  await rest(reception);
  await section(reception, "waiting").waitFor();
  await section(doctor, "waiting").waitFor();
});

test("an interpreter comes in by the link reception made", async () => {
  await card(reception).getByRole("button", { name: /招待/ }).click();
  const dialog = reception.getByRole("dialog");
  await dialog.getByRole("radio", { name: "通訳" }).check();
  await dialog.getByLabel("表示名").fill("Nguyễn An");
  await dialog.getByRole("button", { name: "リンクを作る" }).click();
  invitation = await dialog.getByLabel("招待リンク", { exact: true }).inputValue();
  await dialog.getByRole("button", { name: "閉じる" }).click();
  interpretersPhone = await person(browser, phone);
  interpreter = await openPage(interpretersPhone, invitation, complaints);
  await interpreter.locator("main button.primary").first().click();
  await passDeviceTest(interpreter);
  await card(reception).getByText("Nguyễn An").first().waitFor();
});

test("the doctor lets both in: picture and sound go every way between three", async () => {
  await rest(doctor);
  await card(doctor).getByRole("button", { name: /：入室$/ }).click();
  await doctor.locator(".consultation-panel").waitFor();
  doctorCameAt_ms = Date.now();
  for (let admitted = 0; admitted < 2; admitted += 1) {
    await card(doctor).getByRole("button", { name: /入室許可/ }).first().click();
    await expect.poll(() => card(doctor).getByRole("button", { name: /入室許可/ }).count(), { timeout: 10_000 }).toBe(1 - admitted);
  }
  for (const page of [doctor, patient, interpreter]) await seesAndHears(page, 2);
  await rest(reception);
  await section(reception, "consulting").getByText("150円").waitFor();
  await screenshot(patient, "visit-consultation-phone-ja");
  await screenshot(doctor, "visit-consultation-doctor-desktop-ja");
  await screenshot(reception, "visit-reception-desktop-ja");
  expect(await seriousFindings(patient)).toEqual([]);
  expect(await seriousFindings(doctor)).toEqual([]);
});

test("a camera that is off is off for everybody, and stands on the record", async () => {
  await patient.getByRole("button", { name: "カメラをオフ" }).click();
  await doctor.locator(".tile", { hasText: "予約　花子" }).getByText("カメラオフ").waitFor();
  await patient.getByRole("button", { name: "カメラをオン" }).click();
  await doctor.locator(".tile", { hasText: "予約　花子" }).getByText("カメラオフ").waitFor({ state: "detached" });
  await seesAndHears(doctor, 2);
});

test("an interpreter whose page died is in doubt, and inside the patience was never away", async () => {
  const since = await interpreterSince();
  await interpreter.close({ runBeforeUnload: false });
  await card(reception).getByText("不安定").first().waitFor();
  interpreter = await openPage(interpretersPhone, invitation, complaints);
  await passOrConsult(interpreter);
  await card(reception).getByText("不安定").first().waitFor({ state: "detached" });
  expect(await interpreterSince()).toBe(since);
  for (const page of [doctor, patient, interpreter]) await seesAndHears(page, 2);
});

test("outside the patience the interpreter left, and may come back without being let in again", async () => {
  const since = await interpreterSince();
  await interpreter.close({ runBeforeUnload: false });
  // The picture goes with the page; the person is away when the patience is over.
  await expect.poll(async () => (await interpreterOnBoard())?.whereabouts, { timeout: 4 * leave_after_ms }).toBe("left");
  expect(await heardBy(patient)).toHaveLength(1);
  interpreter = await openPage(interpretersPhone, invitation, complaints);
  await passOrConsult(interpreter);
  expect(await interpreterSince()).not.toBe(since);
  for (const page of [doctor, patient, interpreter]) await seesAndHears(page, 2);
});

test("the engine dies in mid-consultation: picture and sound go on, and the board comes back right", async () => {
  await engine.kill();
  await seesAndHears(patient, 2);
  await engine.start();
  await reception.locator(".link-status.live").waitFor({ timeout: 30_000 });
  for (const page of [doctor, patient, interpreter]) await seesAndHears(page, 2);
  await rest(reception);
  await section(reception, "consulting").waitFor();
  await section(doctor, "consulting").waitFor();
  // A console may be back before the last phone is: until then that one is in doubt, and never away.
  await expect.poll(() => card(reception).getByText("不安定").count(), { timeout: leave_after_ms }).toBe(0);
});

test("a patient's reload finds the consultation again", async () => {
  await patient.reload();
  for (const page of [doctor, patient, interpreter]) await seesAndHears(page, 2);
  // A page that is loaded anew was hidden for a moment.
  expect(await card(reception).getByText("別の画面を表示中").count()).toBe(0);
});

test("at the end everybody is told, and the price is what the rule says", async () => {
  await card(doctor).getByRole("button", { name: /終了/ }).click();
  await doctor.getByRole("dialog").getByRole("button", { name: "終了" }).click();
  const stayed_ms = Date.now() - doctorCameAt_ms;
  await patient.getByRole("heading", { level: 1, name: "診察が終わりました" }).waitFor();
  await interpreter.getByRole("heading", { level: 1, name: "診察が終わりました" }).waitFor();
  await rest(reception);
  await section(reception, "ended").getByText("150円").waitFor();
  await screenshot(patient, "visit-ended-phone-ja");
  const month = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7);
  const answer = await fetch(`${engine.address}/v1/clinics/${clinic}/usage?month=${month}`, {
    headers: { Authorization: `Bearer ${engine.token({ role: "staff", sub: "reception", clinic })}` },
  });
  const { lines } = (await answer.json()) as { lines: StatementLine[] };
  expect(lines).toHaveLength(1);
  const line = lines[0]!;
  expect(line).toMatchObject({ room: "v1", units: 1, additional_participants: 1, total_yen_ex_tax: 150 });
  // One stay, over the engine's death too.
  expect(Math.abs(line.doctor_in_room_ms - stayed_ms)).toBeLessThan(2_000);
  const ofDoctor = line.sources.filter((each) => each.person === "dr-mori").map((each) => each.kind);
  expect(ofDoctor).toEqual(["room.participant_entered", "room.participant_left"]);
  expect(line.audio_only.map((each) => each.person)).toEqual(["p1"]);
});

test("the second visit shows that nobody's page kept anything of the first", async () => {
  const next = await openPatient(await person(browser, phone), engine, "v2", "p2", complaints);
  await startVisit(next);
  await section(reception, "ended").waitFor();
  expect(complaints).toEqual([]);
  patient = next;
});

test("a doctor who leaves by the button stops the meter, and the patient is told", async () => {
  const second = (page: Page) => page.locator('[data-room="v2"]');
  await doctor.locator(".next-patient").getByRole("button").click();
  await doctor.locator(".consultation-panel").waitFor();
  await second(doctor).getByRole("button", { name: /入室許可/ }).click();
  for (const page of [doctor, patient]) await seesAndHears(page, 1);
  await doctor.locator(".consultation-panel").getByRole("button", { name: "退室" }).click();
  await patient.getByText("医師が席を外しています").first().waitFor();
  await rest(reception);
  const stopped = reception.locator('[data-section="consulting"] [data-room="v2"]');
  await stopped.getByText("医師不在").waitFor();
  const before = await stopped.locator(".meter-time").textContent();
  await reception.waitForTimeout(1_500);
  expect(await stopped.locator(".meter-time").textContent()).toBe(before);
  await second(reception).getByRole("button", { name: /終了/ }).click();
  await reception.getByRole("dialog").getByRole("button", { name: "終了" }).click();
  await rest(reception);
  await reception.locator('[data-section="ended"] [data-room="v2"]').getByText("100円").waitFor();
});

/** What a console says of each visit, but for what runs and for what its person may do. */
function told(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(() => {
    const parts = ".visit-time, .menu, .patient-name, .place-in-line, .locked, .person-name, .place, .mark, .devices, .meter-unit, .meter-price";
    const visits = [...document.querySelectorAll<HTMLElement>("[data-section] [data-room]")].map((card) => {
      const words = [...card.querySelectorAll(parts)].map((each) => (each.textContent ?? "").replace(/\d+(秒|分| ms)/g, ""));
      return [card.dataset["room"], [card.closest<HTMLElement>("[data-section]")?.dataset["section"] ?? "", ...words]] as const;
    });
    return Object.fromEntries(visits.sort(([a], [b]) => (a! < b! ? -1 : 1)));
  });
}

/** Since when the engine has the interpreter in the room, without a gap. */
async function interpreterSince(): Promise<string | undefined> {
  return (await interpreterOnBoard())?.since;
}

async function interpreterOnBoard(): Promise<ParticipantCard | undefined> {
  const answer = await fetch(`${engine.address}/v1/clinics/${clinic}/board`, {
    headers: { Authorization: `Bearer ${engine.token({ role: "staff", sub: "reception", clinic })}` },
  });
  const { cards } = (await answer.json()) as BoardFrame;
  return cards.find((each) => each.room === "v1")?.participants.find((each) => each.party === "interpreter");
}

/** A page that comes back goes on where it was: at the latest after another device test. */
async function passOrConsult(page: Page): Promise<void> {
  const stage = page.locator(".stage");
  const button = page.locator("main button.primary:enabled");
  await stage.or(button).first().waitFor();
  while (!(await stage.isVisible())) {
    await button.first().click({ timeout: 3_000 }).catch(() => undefined);
    await stage.or(button).first().waitFor();
  }
}
