import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, BrowserContextOptions, Page, WebSocketRoute } from "playwright-core";
import type { AnyFrame, QualityFrame } from "../../client";
import { desktop, launch, openPage, person, phone, screenshot, seriousFindings } from "../harness/browser";
import { clinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { minutesFromNow, sampleBoard } from "../harness/sample_board";

// The engine serves the pages; its place on the socket is taken here, for states that would take minutes to come about.
const engine = new Engine();
const complaints: string[] = [];
let browser: Browser;

beforeAll(async () => {
  await engine.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

interface Played {
  page: Page;
  tell(frame: AnyFrame): void;
  close(code: number): Promise<void>;
}

async function play(role: "staff" | "doctor", options: BrowserContextOptions = desktop): Promise<Played> {
  const context = await person(browser, options);
  let line: WebSocketRoute | undefined;
  const tell = (frame: AnyFrame) => line?.send(JSON.stringify(frame));
  const sub = role === "staff" ? "reception" : "dr-mori";
  await context.routeWebSocket(/\/ws$/, (socket) => {
    line = socket;
    socket.onMessage((message) => {
      if (!String(message).includes('"hello"')) return;
      tell({
        type: "welcome",
        session: "1",
        clinic,
        sub,
        role,
        outcome: "reload",
        epoch: 1,
        seq: 100,
        beat_ms: 20_000,
      });
      tell(sampleBoard());
      tell({ type: "beat", epoch: 1, seq: 100, at: minutesFromNow(0) });
    });
  });
  const token = engine.token({ role, sub, clinic });
  const page = await openPage(context, `${engine.address}/console#token=${token}`, complaints);
  await page.waitForSelector(".visit", { state: "attached" });
  return { page, tell, close: async (code) => line?.close({ code }) };
}

const quality = (personId: string, value: QualityFrame["quality"]): QualityFrame => ({
  type: "quality",
  room: "s4",
  person: personId,
  device: "d",
  quality: value,
  round_trip_ms: 48,
});

test("every state of a card is drawn, readable by axe's measure, on every screen and in both languages", async () => {
  const screens = { desktop, tablet: { viewport: { width: 1024, height: 768 } }, phone };
  for (const [name, options] of Object.entries(screens)) {
    const { page, tell } = await play("staff", options);
    tell(quality("p4", "poor"));
    tell(quality("dr-mori", "good"));
    await page.waitForTimeout(300);
    await screenshot(page, `console-states-${name}-ja`);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { level: 1, name: "Today's" }).waitFor();
    await screenshot(page, `console-states-${name}-en`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await page.context().close();
  }
});

test("a long wait is told by word and colour, doubt as doubt with its age, a device that failed by its name", async () => {
  const { page } = await play("staff");
  const card = (room: string) => page.locator(`[data-room="${room}"]`);
  await card("s1").getByText("23分待ち · 長くお待たせ").waitFor();
  await card("s2").getByText("12分待ち · お待たせ中").waitFor();
  await card("s3").getByText("2分待ち").waitFor();
  await card("s2").getByText("不安定").waitFor();
  await card("s2")
    .getByText(/最終確認 2\d秒前/)
    .waitFor();
  await card("s2").getByText("カメラ 許可なし・マイク 不良").waitFor();
  await card("s3").getByText("別の画面を表示中").waitFor();
  await card("s4").getByText("2単位目").waitFor();
  await card("s4").getByText("追加 1名").waitFor();
  await card("s4").getByText("300円").waitFor();
  await card("s0").getByText("6分遅れ").waitFor();
  await card("s0")
    .getByRole("button", { name: /リマインド 通知チャネルが未設定です/ })
    .waitFor();
  await card("s5").getByText("テスト").waitFor();
  await card("s9").getByText("取消").waitFor();
  await page.context().close();
});

test("the quality of a call is shown while it is new and forgotten afterwards", async () => {
  const { page, tell } = await play("staff");
  tell(quality("p4", "lost"));
  const mark = page.locator('[data-room="s4"]').getByText("通話 途切れ");
  await mark.waitFor();
  await mark.waitFor({ state: "detached", timeout: 20_000 });
  await page.context().close();
});

test("a doctor's own patients stand first, and entering opens the consultation", async () => {
  const { page } = await play("doctor");
  const rooms = await page
    .locator('[data-section="waiting"] .visit')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute("data-room")));
  expect(rooms).toEqual(["s2", "s1", "s3"]);
  await page.context().close();
});

test("a connection that is over says why; one that was opened elsewhere can be brought back", async () => {
  const reasons: [number, string][] = [
    [4200, "このリンクでは入れません"],
    [4201, "有効期限が切れました"],
    [4202, "取り消されました"],
    [4203, "受付・医師用の画面です"],
    [4207, "接続を続けられませんでした"],
    [4208, "別のウィンドウで開かれました"],
  ];
  for (const [code, words] of reasons) {
    const { page, close } = await play("staff");
    await close(code);
    await page.locator("h1", { hasText: words }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await screenshot(page, `console-closed-${code}-desktop-ja`);
    if (code === 4208) {
      await page.getByRole("button", { name: "ここで使う" }).click();
      await page.waitForSelector(".visit", { state: "attached" });
    }
    await page.context().close();
  }
});

test("nothing was complained about", () => {
  expect(complaints).toEqual([]);
});
