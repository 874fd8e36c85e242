import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { launch, openPage, person } from "../harness/browser";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";

const visits = 300;
const changes = 60;
const frame_ms = 1_000 / 60;
const console_kib_max = 200;

const engine = new Engine();
const complaints: string[] = [];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  await engine.start();
  browser = await launch();
  await makeClinic(
    engine,
    Array.from({ length: visits }, (_, number) => ({ minutes: (number % 60) - 20 })),
  );
  const token = engine.token({ role: "staff", sub: "reception", clinic });
  page = await openPage(await person(browser), `${engine.address}/console#token=${token}`, complaints);
  await page.waitForSelector(".link-status.live");
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

/** Milliseconds from a frame's receipt to its picture, of the marks set since the last time. */
function paintTimes(): Promise<number[]> {
  return page.evaluate(() => {
    const painted = new Map(
      performance
        .getEntriesByName("frame:painted")
        .map((mark) => [(mark as PerformanceMark).detail as number, mark.startTime]),
    );
    const times = performance.getEntriesByName("frame:received").flatMap((mark) => {
      const end = painted.get((mark as PerformanceMark).detail as number);
      return end === undefined ? [] : [end - mark.startTime];
    });
    performance.clearMarks();
    return times;
  });
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test("all of 300 appointments are on the board", async () => {
  expect(await page.locator(".visit").count()).toBe(visits);
});

test("a frame is painted within one animation frame among 300 rows", async () => {
  await paintTimes();
  for (let number = 1; number <= changes; number += 1) {
    await page.waitForTimeout(60);
    await engine.put(`${clinic}/patients/p${number}`, {
      name: `改名　花子${number}`,
      kana: "ヨヤク",
      chart_number: String(number),
    });
  }
  await page.locator('[data-room="v60"]').getByText("改名　花子60").waitFor();
  const times = await paintTimes();
  const worst = Math.max(...times);
  console.log(
    `frame received to painted, ${times.length} frames: median ${median(times).toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
  );
  expect(times.length).toBeGreaterThan(changes / 2);
  expect(median(times)).toBeLessThanOrEqual(frame_ms);
});

test("a second that passes draws no card anew", async () => {
  const drawn = await page.evaluate(async () => {
    let changed = 0;
    const watch = new MutationObserver(
      (changes) =>
        (changed += changes.filter((each) => each.type === "childList" && each.addedNodes.length > 1).length),
    );
    watch.observe(document.querySelector(".columns")!, { childList: true, subtree: true });
    await new Promise((done) => setTimeout(done, 2_500));
    watch.disconnect();
    return changed;
  });
  expect(drawn).toBe(0);
});

test("searching 300 appointments answers at once", async () => {
  const started = Date.now();
  await page.locator("#board-search").fill("改名花子60");
  await page.waitForFunction(() => document.querySelectorAll(".visit").length === 1);
  console.log(`search among ${visits}: ${Date.now() - started} ms with the test's own way`);
  expect(complaints).toEqual([]);
});

/** The files a page leads to, by the names that stand in it and in what it loads. */
function filesOf(document: string): string[] {
  const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
  const found = new Set([document]);
  for (const name of found) {
    if (!/\.(html|js)$/.test(name)) continue;
    const names = readFileSync(dist + name, "utf8").match(/[\w-]+-[\w-]{8}\.(?:js|css)\b/g) ?? [];
    for (const each of names) found.add(`assets/${each}`);
  }
  return [...found].map((name) => `${dist}${name}.gz`);
}

test("the console weighs no more than it may, compressed, the call included", () => {
  const files = filesOf("console.html");
  const size = files.reduce((sum, name) => sum + statSync(name).size, 0);
  console.log(`console: ${(size / 1_024).toFixed(1)} KiB gzip in ${files.length} files`);
  expect(files.length).toBeGreaterThan(3);
  expect(size).toBeLessThanOrEqual(console_kib_max * 1_024);
});
