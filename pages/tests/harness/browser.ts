import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";

const require = createRequire(import.meta.url);

export const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** Debian's Chromium with a made-up camera (a moving picture) and microphone (a beep a second). */
export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["MACHIAI_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required",
      "--allow-loopback-in-peer-connection",
      "--disable-features=WebRtcHideLocalIpsWithMdns",
      ...more,
    ],
  });
}

/** A browser profile of its own, in Japanese unless told otherwise; camera and microphone are allowed. */
export function person(browser: Browser, options: BrowserContextOptions = desktop): Promise<BrowserContext> {
  return browser.newContext({ locale: "ja-JP", timezoneId: "Asia/Tokyo", permissions: ["camera", "microphone"], ...options });
}

/** A page whose errors, also those of its console and of the Content-Security-Policy, end up in `complaints`. */
export async function openPage(context: BrowserContext, address: string, complaints: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`${address.split("#")[0]}: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    const network = /Failed to load resource|WebSocket connection to/.test(message.text());
    if (message.type() === "error" && !network) complaints.push(`${address.split("#")[0]}: ${message.text()}`);
  });
  await page.goto(address);
  return page;
}

/** Writes a picture into the folder MACHIAI_SCREENSHOTS names, if it does. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["MACHIAI_SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

/** What axe finds on the page by WCAG 2.2 AA and good practice, but for trifles, a line each. The page's policy forbids scripts of others, so axe runs in a world of its own. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const { readFileSync } = await import("node:fs");
  const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  await session.send("Runtime.evaluate", { expression: source, contextId: executionContextId });
  const run = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((found) => found.violations.filter((each) => each.impact !== "minor").map((each) => each.id + ": " + each.nodes.map((node) => node.target.join(" ")).join(", ")))`;
  const { result } = await session.send("Runtime.evaluate", {
    expression: run,
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value as string[];
}
