import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { desktop, launch, openPage, person, phone, screenshot, seriousFindings } from "../harness/browser";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { ScriptedPerson } from "../harness/scripted_person";

const engine = new Engine();
const complaints: string[] = [];
let browser: Browser;
let scripts: BrowserContext;

beforeAll(async () => {
  await engine.start();
  browser = await launch();
  scripts = await person(browser);
  await makeClinic(
    engine,
    [-15, -5, 5].map((minutes) => ({ minutes })),
  );
  await consultation(1);
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

/** A visit from arrival to end, in a moment. */
async function consultation(number: number): Promise<void> {
  const room = `v${number}`;
  const token = engine.token({ role: "patient", sub: `p${number}`, clinic, room });
  const patient = await ScriptedPerson.open(scripts, engine.address, { token });
  const doctor = await ScriptedPerson.open(scripts, engine.address, {
    token: engine.token({ role: "doctor", sub: "dr-mori", clinic }),
  });
  await patient.say({ type: "enter_waiting_room", room });
  await doctor.say({ type: "enter_room", room });
  await doctor.say({ type: "admit", room, person: `p${number}` });
  await patient.say({ type: "set_media", room, video: true, audio: true });
  await patient.say({ type: "set_media", room, video: false, audio: true });
  await new Promise((done) => setTimeout(done, 1_100));
  expect((await doctor.say({ type: "end_consultation", room })).ok).toBe(true);
  await patient.close();
  await doctor.close();
}

async function openConsole(path: string, options = desktop, role: "staff" | "doctor" = "staff"): Promise<Page> {
  const token = engine.token({ role, sub: role === "staff" ? "reception" : "dr-mori", clinic });
  const page = await openPage(await person(browser, options), `${engine.address}${path}#token=${token}`, complaints);
  await page.waitForSelector(".link-status.live");
  return page;
}

test("the month's bill names its lines, their events and its sum, and can be saved", async () => {
  const page = await openConsole("/console/usage");
  const line = page.locator("table.usage > tbody > tr").first();
  await line.getByText("予約　花子1").waitFor();
  await line.getByText("100円").waitFor();
  await line.getByRole("button", { name: /記録/ }).click();
  await page
    .locator("table.events")
    .getByText("診察終了")
    .or(page.locator("table.events").getByText("入室"))
    .first()
    .waitFor();
  await line.getByText("音声のみの時間あり").waitFor();
  await page.locator(".audio-only").getByText(/予約　花子1 .*\(0分[12]秒\)/).waitFor();
  await page.locator(".totals").getByText("110円").waitFor();
  await screenshot(page, "console-usage-desktop-ja");
  expect(await seriousFindings(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSVダウンロード" }).click(),
  ]);
  const content = readFileSync(await download.path(), "utf8");
  expect(content).toMatch(/^\ufeff診察日,/);
  expect(content.trim().split("\r\n").length).toBe(2);
  expect(content).toMatch(/,森　恵子,dr-mori,予約　花子1,p1,0分[12]秒,/);
  await page.getByRole("button", { name: "前の月" }).click();
  await page.getByText("この月のご利用はありません").waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "Next month" }).click();
  await page.locator(".totals").getByText("¥110").waitFor();
  await screenshot(page, "console-usage-desktop-en");
  await page.context().close();
});

test("the past is shown as reception saw it, and nothing can be done in it", async () => {
  const page = await openConsole("/console/history");
  await page.locator(".past:not(.loading)").waitFor();
  await page.locator('[data-section="ended"] [data-room="v1"]').waitFor();
  expect(await page.locator(".action").count()).toBe(0);
  await page.keyboard.press("Tab");
  await page.getByRole("slider").focus();
  const before = await page.getByRole("slider").inputValue();
  await page.keyboard.press("ArrowLeft");
  expect(Number(await page.getByRole("slider").inputValue())).toBe(Number(before) - 1);
  await page.locator(".past:not(.loading)").or(page.locator(".notice.danger")).waitFor();
  const said = await page.locator(".history-said strong").textContent();
  expect(said).toMatch(/^\d{4}年\d+月\d+日/);
  await page.reload();
  await page.locator(".past:not(.loading)").waitFor();
  expect(await page.locator(".history-said strong").textContent()).toBe(said);
  await screenshot(page, "console-history-desktop-ja");
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByLabel("日付").fill("2020-01-01");
  await page.getByText("この時刻には、予約の記録がありません").waitFor();
  await page.goto(`${engine.address}/console/history?day=2999-01-01&time=10:00`);
  await page.getByText("現在より先の時刻は選べません").waitFor();
  await page.context().close();
});

test("going from page to page keeps the line and the sign-in, also over a reload", async () => {
  const page = await openConsole("/console");
  await page.getByRole("link", { name: "利用明細" }).click();
  await page.getByRole("heading", { level: 1, name: "利用明細" }).waitFor();
  expect(await page.locator(".link-status.live").count()).toBe(1);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "利用明細" }).waitFor();
  await page.waitForSelector(".link-status.live");
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "本日のオンライン診療" }).waitFor();
  await page.context().close();
});

test("an address with a slash too many leads to its page, one that is none says so in both languages", async () => {
  const page = await openConsole("/console/");
  expect(new URL(page.url()).pathname).toBe("/console");
  expect(await page.title()).toBe("受付コンソール");
  await page.getByRole("button", { name: "English" }).click();
  await page.waitForFunction(() => document.title === "Reception console");
  await page.context().close();
  const answer = await fetch(`${engine.address}/nowhere`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toMatch(/ページが見つかりません.*\n.*no such page/);
});

test("a doctor sees no bill", async () => {
  const page = await openConsole("/console", desktop, "doctor");
  expect(await page.getByRole("link", { name: "利用明細" }).count()).toBe(0);
  await page.context().close();
});

test("the pages stand on a phone too, without a finding of axe", async () => {
  for (const [path, name] of [
    ["/console/history", "history"],
    ["/console/usage", "usage"],
  ] as const) {
    const page = await openConsole(path, phone);
    await page.waitForTimeout(800);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await screenshot(page, `console-${name}-phone-ja`);
    await page.getByRole("button", { name: "English" }).click();
    await page.waitForTimeout(200);
    await screenshot(page, `console-${name}-phone-en`);
    await page.context().close();
  }
});

test("a page without a sign-in is a page too", async () => {
  for (const [name, options] of Object.entries({ desktop, phone })) {
    const page = await openPage(await person(browser, options), `${engine.address}/console`, complaints);
    await page.locator("h1").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await screenshot(page, `console-refused-${name}-ja`);
    await page.context().close();
  }
  expect(complaints).toEqual([]);
});
