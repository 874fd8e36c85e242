import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { openPage, screenshot, seriousFindings } from "./browser";
import { clinic } from "./clinic";
import type { Engine } from "./engine";

/** A patient's page by its link, as a phone gets it. */
export function openPatient(context: BrowserContext, engine: Engine, room: string, sub: string, complaints: string[]): Promise<Page> {
  return openPage(context, patientAddress(engine, room, sub), complaints);
}

export function patientAddress(engine: Engine, room: string, sub: string): string {
  return `${engine.address}/p/${clinic}#token=${engine.token({ role: "patient", sub, clinic, room })}`;
}

/** Through the device test, whatever it asks for, up to the screen behind it. */
export async function passDeviceTest(page: Page): Promise<void> {
  const waiting = page.locator("h1", { hasText: /^(待合室|Waiting room)$/ });
  const button = page.locator("main button.primary:enabled");
  await button.or(waiting).first().waitFor();
  while (!(await waiting.isVisible())) {
    await button.first().click({ timeout: 5_000 }).catch(() => undefined);
    await button.or(waiting).first().waitFor();
  }
}

/** From my page into the waiting room, or back into it by another tab. */
export async function startVisit(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^(オンライン診療開始|待合室に戻る)$/ }).click();
  await passDeviceTest(page);
}

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };

/** As a tap would, also while a dialog covers the switch. */
async function speak(page: Page, tongue: "ja" | "en"): Promise<void> {
  if ((await page.evaluate(() => document.documentElement.lang)) !== tongue) {
    await page.locator(`button.language[lang=${tongue}]`).dispatchEvent("click");
  }
  await page.locator(`html[lang=${tongue}]`).waitFor();
}

/** Looks at a screen as everybody might, on phone and desktop, in both languages; nothing serious for axe. */
export async function lookAt(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const tongue of ["ja", "en"] as const) {
    await speak(page, tongue);
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await screenshot(page, `${name}-${size}-${tongue}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${name} ${size} ${tongue}: wider than the screen`).toBeLessThanOrEqual(0);
    }
    expect(await seriousFindings(page), `${name} ${tongue}`).toEqual([]);
  }
  await speak(page, "ja");
  if (before !== null) await page.setViewportSize(before);
}
