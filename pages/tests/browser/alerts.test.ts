import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { desktop, launch, openPage, person, phone } from "../harness/browser";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { StaffLine } from "../harness/staff_line";
import { openPatient, startVisit } from "../harness/visit_pages";

/** What a page rang, showed on the desktop and shook. */
interface Noticed {
  tones_hz: number[];
  shown: string[];
  shaken: number;
}

const engine = new Engine();
const complaints: string[] = [];
let browser: Browser;
let board: Page;
let staff: StaffLine;

/** A person at whose machine sounds, notifications and vibrations are written down; the page is not looked at. */
async function listener(options = desktop): Promise<BrowserContext> {
  const context = await person(browser, options);
  await context.addInitScript(() => {
    const noticed: Noticed = { tones_hz: [], shown: [], shaken: 0 };
    (globalThis as unknown as { noticed: Noticed }).noticed = noticed;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when) {
      noticed.tones_hz.push(Math.round(this.frequency.value));
      start.call(this, when);
    };
    navigator.vibrate = () => ++noticed.shaken > 0;
    document.hasFocus = () => false;
    class Shown {
      static permission: NotificationPermission = "default";
      static requestPermission(): Promise<NotificationPermission> {
        Shown.permission = "granted";
        return Promise.resolve("granted");
      }
      constructor(title: string, options?: NotificationOptions) {
        noticed.shown.push(`${title}: ${options?.body ?? ""}`);
      }
      close(): void {}
    }
    Object.assign(globalThis, { Notification: Shown });
  });
  return context;
}

const noticedAt = (page: Page) => page.evaluate(() => (globalThis as unknown as { noticed: Noticed }).noticed);

async function arrives(number: number): Promise<Page> {
  const page = await openPatient(await listener(phone), engine, `v${number}`, `p${number}`, complaints);
  await startVisit(page);
  await board.locator(`[data-section="waiting"] [data-room="v${number}"]`).waitFor();
  return page;
}

beforeAll(async () => {
  await engine.start();
  browser = await launch();
  await makeClinic(engine, [{ minutes: -3, name: "予約　花子" }, { minutes: 0 }, { minutes: 5 }]);
  staff = await StaffLine.open(await (await person(browser)).newPage(), engine);
  const token = engine.token({ role: "staff", sub: "reception", clinic });
  board = await openPage(await listener(), `${engine.address}/console#token=${token}`, complaints);
  await board.locator(".link-status.live").waitFor();
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

test("a console rings and notifies for an arrival only when somebody wants it, and never names the patient", async () => {
  await arrives(1);
  expect(await noticedAt(board)).toEqual({ tones_hz: [], shown: [], shaken: 0 });
  const sound = board.getByRole("button", { name: /^通知音/ });
  await sound.click();
  await board.getByRole("button", { name: /^デスクトップ通知/ }).click();
  await expect.poll(async () => (await noticedAt(board)).tones_hz.length).toBe(2);
  await arrives(2);
  await expect.poll(async () => (await noticedAt(board)).shown.length).toBe(1);
  const { shown, tones_hz } = await noticedAt(board);
  expect(tones_hz).toHaveLength(4);
  expect(shown[0]).toMatch(/10002/);
  expect(shown[0]).not.toMatch(/花子/);
  await sound.click();
  await arrives(3);
  await expect.poll(async () => (await noticedAt(board)).shown.length).toBe(2);
  expect((await noticedAt(board)).tones_hz).toHaveLength(4);
});

test("a patient whom the doctor calls hears it and feels it", async () => {
  const page = await openPatient(await listener(phone), engine, "v1", "p1", complaints);
  await startVisit(page);
  expect((await noticedAt(page)).shaken).toBe(0);
  const before = (await noticedAt(page)).tones_hz.length;
  await staff.say({ type: "admit", room: "v1", person: "p1" });
  await expect.poll(async () => (await noticedAt(page)).shaken).toBeGreaterThan(0);
  expect((await noticedAt(page)).tones_hz.length).toBeGreaterThan(before);
  expect(complaints).toEqual([]);
});
