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
  await screenshot(page, "console-history-desktop-ja");
  expect(await seriousFindings(page)).toEqual([]);
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
