import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launch, openPage, person, phone } from "../harness/browser";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { StaffLine } from "../harness/staff_line";
import { lookAt, passDeviceTest } from "../harness/visit_pages";

const engine = new Engine();
const complaints: string[] = [];
const contexts: BrowserContext[] = [];
let browser: Browser;
let staff: StaffLine;
let doctor: StaffLine;

async function newPhone(): Promise<BrowserContext> {
  const context = await person(browser, phone);
  contexts.push(context);
  return context;
}

async function invitation(name: string): Promise<{ address: string; person: string; invite: string }> {
  const reply = await staff.say({ type: "invite", room: "v1", party: "family", display_name: name });
  if (!("path" in reply)) throw new Error("no link");
  return { address: engine.address + reply.path, person: reply.person, invite: reply.invite };
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });
const join = (page: Page) => page.getByRole("button", { name: "同意して参加する" });

beforeAll(async () => {
  await engine.start();
  await makeClinic(engine, [{ minutes: 1 }]);
  browser = await launch();
  const office = await person(browser);
  staff = await StaffLine.open(await office.newPage(), engine);
  doctor = await StaffLine.open(await office.newPage(), engine, { role: "doctor", sub: "dr-mori", clinic });
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  expect(complaints.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

describe("a guest", () => {
  it("agrees, tests, waits under the invited name, is let in, and comes back by the same link", async () => {
    const { address, person: guest } = await invitation("予約　次郎");
    const context = await newPhone();
    const page = await openPage(context, address, complaints);
    const told = page.getByRole("region", { name: "招待の内容" });
    for (const word of ["さくら内科クリニック", "予約　次郎", "ご家族"]) await told.getByText(word).waitFor();
    await lookAt(page, "guest-invitation");
    await join(page).click();
    await passDeviceTest(page);
    expect(page.url()).not.toContain(address.slice(address.lastIndexOf(".")));
    await page.getByText("医師からの案内をお待ちください").waitFor();
    await page.locator(".own-name").getByText("予約　次郎").waitFor();
    await page.locator(".own-name").getByText("ご家族").waitFor();
    await lookAt(page, "guest-waiting");
    await page.close();

    const again = await openPage(context, address, complaints);
    await passDeviceTest(again);
    await again.locator(".own-name").waitFor();
    await doctor.say({ type: "enter_room", room: "v1" });
    await staff.say({ type: "admit", room: "v1", person: guest });
    await again.getByRole("button", { name: "退室" }).waitFor();
    await again.getByRole("button", { name: "退室" }).click();
    await again.getByRole("dialog").getByRole("button", { name: "退室する" }).click();
    await heading(again, "退室しました").waitFor();
  });

  it("asks again after a lost answer, and the link counts once", async () => {
    const { address } = await invitation("予約　三郎");
    const page = await openPage(await newPhone(), address, complaints);
    let lost = 0;
    await page.route("**/v1/invites/redeem", async (route) => {
      if (lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await join(page).click();
    await page.getByRole("alert").getByText("サーバーにつながりません").waitFor();
    await lookAt(page, "guest-answer-lost");
    await join(page).click();
    await passDeviceTest(page);
  });

  it("with a link that somebody else used is told so, and that no click happens by itself", async () => {
    const { address } = await invitation("予約　四郎");
    const scanner = await openPage(await newPhone(), address, complaints);
    await join(scanner).waitFor();
    const page = await openPage(await newPhone(), address, complaints);
    await join(page).click();
    await passDeviceTest(page);
    await join(scanner).click();
    await heading(scanner, "この招待リンクは使えません").waitFor();
    await lookAt(scanner, "guest-link-used");
    const later = await openPage(await newPhone(), address, complaints);
    await heading(later, "この招待リンクは使えません").waitFor();
  });

  it("whose invitation is withdrawn while waiting is told so", async () => {
    const { address, invite } = await invitation("予約　五郎");
    const page = await openPage(await newPhone(), address, complaints);
    await join(page).click();
    await passDeviceTest(page);
    await page.locator(".own-name").waitFor();
    await staff.say({ type: "revoke_invite", room: "v1", invite });
    await page.getByRole("heading", { level: 1, name: /退室の扱い|取り消されています/ }).waitFor();
    await lookAt(page, "guest-withdrawn");
  });

  it("with a garbled link is told to open it again", async () => {
    const page = await openPage(await newPhone(), `${engine.address}/g/${clinic}/v1#cut`, complaints);
    await heading(page, "この招待リンクは使えません").waitFor();
    const other = await openPage(await newPhone(), `${engine.address}/g/${clinic}`, complaints);
    await heading(other, "リンクを確かめてください").waitFor();
    await lookAt(other, "guest-link-garbled");
  });

  it("in LINE is shown the way to the phone's browser, before and after the link is used", async () => {
    const { address } = await invitation("予約　六郎");
    const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari Line/14.8.0";
    const context = await person(browser, { ...phone, userAgent });
    contexts.push(context);
    const page = await openPage(context, address, complaints);
    const out = page.getByRole("link", { name: "ブラウザで開く" });
    const before = new URL((await out.getAttribute("href"))!);
    expect(before.searchParams.get("openExternalBrowser")).toBe("1");
    expect(before.hash).toBe(new URL(address).hash);
    await lookAt(page, "guest-line");
    await join(page).click();
    await page.locator('a[href*="#token="]').waitFor();
    const after = (await out.getAttribute("href"))!;
    expect(new URL(after).hash).toMatch(/^#token=/);
    const other = await openPage(await newPhone(), after, complaints);
    await passDeviceTest(other);
    expect(other.url()).not.toContain("token");
    await other.locator(".own-name").getByText("予約　六郎").waitFor();
  });
});
