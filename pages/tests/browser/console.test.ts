import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { desktop, launch, openPage, person, phone, screenshot, seriousFindings } from "../harness/browser";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { ScriptedPerson } from "../harness/scripted_person";

const engine = new Engine("[token]\nleeway_ms = 0\n");
const complaints: string[] = [];
let browser: Browser;
let scripts: BrowserContext;

beforeAll(async () => {
  await engine.start();
  browser = await launch();
  scripts = await person(browser);
  const visits = [-7, -3, 0, 10, 20, 30, 40, 50, 55, 58].map((minutes) => ({ minutes }));
  await makeClinic(engine, visits);
});

afterAll(async () => {
  await browser?.close();
  await engine.stop();
});

const tokenLink = (token: string, path = "/console") => `${engine.address}${path}#token=${token}`;
const staffToken = () => engine.token({ role: "staff", sub: "reception", clinic });
const doctorToken = () => engine.token({ role: "doctor", sub: "dr-mori", clinic });

async function openConsole(token = staffToken(), options = desktop): Promise<Page> {
  const page = await openPage(await person(browser, options), tokenLink(token), complaints);
  await page.waitForSelector(".link-status.live");
  return page;
}

function patient(number: number): Promise<ScriptedPerson> {
  const token = engine.token({ role: "patient", sub: `p${number}`, clinic, room: `v${number}` });
  return ScriptedPerson.open(scripts, engine.address, { token });
}

async function arrive(number: number): Promise<ScriptedPerson> {
  const who = await patient(number);
  expect((await who.say({ type: "enter_waiting_room", room: `v${number}` })).ok).toBe(true);
  return who;
}

async function goAway(who: ScriptedPerson, number: number): Promise<void> {
  await who.say({ type: "leave_room", room: `v${number}` });
  await who.close();
}

const card = (page: Page, number: number): Locator => page.locator(`[data-room="v${number}"]`);
const inSection = (page: Page, section: string, number: number): Locator =>
  page.locator(`[data-section="${section}"] [data-room="v${number}"]`);
const restPointer = (page: Page) => page.mouse.move(5, 5);

test("whoever has no good link is told so, and what to do", async () => {
  const foreign = staffToken().replace(
    /\.[^.]+$/,
    (signature) => `.${signature.slice(1).split("").reverse().join("")}`,
  );
  const cases: [string, string][] = [
    [`${engine.address}/console`, "ログイン用のリンク"],
    [tokenLink("nonsense"), "リンクが正しくありません"],
    [tokenLink(foreign), "このリンクでは入れません"],
    [tokenLink(engine.token({ role: "patient", sub: "p1", clinic, room: "v1" })), "受付・医師用の画面です"],
    [tokenLink(engine.token({ role: "staff", sub: "late", clinic, ttl: "1s" })), "有効期限"],
  ];
  await new Promise((done) => setTimeout(done, 1_100));
  for (const [address, words] of cases) {
    const page = await openPage(await person(browser), address, complaints);
    await page.locator("h1", { hasText: words }).waitFor({ timeout: 70_000 });
    expect(page.url()).not.toContain("token");
    await page.context().close();
  }
});

test("an arrival is on two consoles, in words and in the right place", async () => {
  const [one, other] = [await openConsole(), await openConsole()];
  const who = await arrive(1);
  for (const page of [one, other]) {
    await inSection(page, "waiting", 1).waitFor();
    await card(page, 1).getByText("1番目").waitFor();
    await card(page, 1).getByText("接続中").waitFor();
  }
  expect(await one.locator('[role="log"]').textContent()).toContain("予約　花子1 様");
  await who.close();
  await card(one, 1).getByText("不安定").waitFor({ timeout: 30_000 });
  await card(one, 1).getByText("最終確認").waitFor();
  await one.context().close();
  await other.context().close();
});

test("admitting, locking and sending back are one tap each, and two quick taps are one", async () => {
  const page = await openConsole();
  const who = await arrive(2);
  await inSection(page, "waiting", 2).waitFor();
  await card(page, 2).getByRole("button", { name: /施錠/ }).dblclick();
  await card(page, 2).getByText("施錠中").waitFor();
  await page.waitForTimeout(800);
  expect(await card(page, 2).getByText("施錠中").count()).toBe(1);
  await card(page, 2)
    .getByRole("button", { name: /入室許可/ })
    .click();
  await card(page, 2).getByText("診察室は施錠されています").waitFor();
  await card(page, 2).getByRole("button", { name: /解錠/ }).click();
  await card(page, 2).getByText("解錠しました").waitFor();
  await card(page, 2)
    .getByRole("button", { name: /入室許可/ })
    .click();
  await card(page, 2).getByText("入室を許可しました").waitFor();
  await card(page, 2)
    .getByRole("button", { name: /待合室へ戻す/ })
    .click();
  await card(page, 2)
    .getByRole("button", { name: /入室許可/ })
    .waitFor();
  await goAway(who, 2);
  await page.context().close();
});

test("a card does not move away under the pointer; it goes when the list is let go", async () => {
  const page = await openConsole();
  const doctor = await ScriptedPerson.open(scripts, engine.address, { token: doctorToken() });
  const who = await arrive(3);
  await inSection(page, "waiting", 3).waitFor();
  const button = card(page, 3).getByRole("button", { name: /招待/ });
  await button.hover();
  const before = await button.boundingBox();
  await doctor.say({ type: "enter_room", room: "v3" });
  await card(page, 3).getByText("診察中へ移動します").waitFor();
  expect(await inSection(page, "waiting", 3).count()).toBe(1);
  expect(Math.abs((await button.boundingBox())!.y - before!.y)).toBeLessThan(1);
  await page.getByText("更新 1件").waitFor();
  await restPointer(page);
  await inSection(page, "consulting", 3).waitFor();
  await card(page, 3).getByText("1単位目").waitFor();
  await card(page, 3).getByText("100円").waitFor();
  await doctor.say({ type: "leave_room", room: "v3" });
  await doctor.close();
  await goAway(who, 3);
  await page.context().close();
});

test("an invitation is said once, as a link and as a picture, and can be withdrawn", async () => {
  const page = await openConsole();
  await card(page, 4).getByRole("button", { name: /招待/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "リンクを作る" }).click();
  await dialog.getByText("表示名を入力してください").waitFor();
  await dialog.getByRole("radio", { name: "通訳" }).check();
  await dialog.getByLabel("表示名").fill("<b>Anna</b>");
  await screenshot(page, "console-invite-desktop-ja");
  await dialog.getByRole("button", { name: "リンクを作る" }).click();
  const link = await dialog.getByLabel("招待リンク", { exact: true }).inputValue();
  expect(link).toMatch(new RegExp(`^${engine.address}/g/${clinic}/v4#[^.]+\\.[\\w-]{43,}$`));
  await dialog.getByRole("img").waitFor();
  await screenshot(page, "console-invited-desktop-ja");
  expect(await seriousFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "閉じる" }).click();
  await restPointer(page);
  await card(page, 4).getByText("<b>Anna</b>").waitFor();
  expect(await page.content()).not.toContain(link.split("#")[1]);
  await card(page, 4)
    .getByRole("button", { name: /招待を取り消す/ })
    .click();
  await card(page, 4).getByText("<b>Anna</b>").waitFor({ state: "detached" });
  await page.context().close();
});

test("a doctor enters from the board, is asked before the end, and the price stands afterwards", async () => {
  const page = await openConsole(doctorToken());
  const who = await arrive(5);
  await inSection(page, "waiting", 5).waitFor();
  await card(page, 5)
    .getByRole("button", { name: /入室許可/ })
    .click();
  await card(page, 5)
    .getByRole("button", { name: /：入室$/ })
    .click();
  await page.locator(".consultation-panel").getByText("予約　花子5").first().waitFor();
  await restPointer(page);
  await inSection(page, "consulting", 5).waitFor();
  await page.reload();
  await page.locator(".consultation-panel").getByText("予約　花子5").first().waitFor();
  await screenshot(page, "console-doctor-desktop-ja");
  await card(page, 5).getByRole("button", { name: /終了/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "やめる" }).click();
  await card(page, 5).getByRole("button", { name: /終了/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "終了" }).click();
  await page.locator(".consultation-panel").waitFor({ state: "detached" });
  await restPointer(page);
  await inSection(page, "ended", 5).getByText("1単位").waitFor();
  const yes = (word: string) => page.getByRole("dialog").getByRole("button", { name: word, exact: true }).click();
  await card(page, 5).getByRole("button", { name: /再開/ }).click();
  await yes("再開");
  await restPointer(page);
  await inSection(page, "consulting", 5).getByText("在室者なし").waitFor();
  await card(page, 5).getByRole("button", { name: /終了/ }).click();
  await yes("終了");
  await restPointer(page);
  await inSection(page, "ended", 5).getByText("1単位").waitFor();
  await goAway(who, 5);
  await page.context().close();
});

test("a doctor is led to whoever waits, and asked before leaving a room or entering an empty one", async () => {
  const page = await openConsole(doctorToken());
  const [first, second] = [await arrive(7), await arrive(8)];
  const next = page.locator(".next-patient");
  await next.getByText("予約　花子7 様").waitFor();
  await screenshot(page, "console-doctor-next-desktop-ja");
  await next.getByRole("button").click();
  const panel = page.locator(".consultation-panel");
  await panel.getByText("予約　花子7").first().waitFor();
  await next.waitFor({ state: "detached" });
  const enter = (number: number) => card(page, number).getByRole("button", { name: /：入室$/ }).click();
  const dialog = page.getByRole("dialog");
  await restPointer(page);
  await enter(8);
  await dialog.getByText("予約　花子7 様の診察室からは退室します。").waitFor();
  await dialog.getByRole("button", { name: "やめる" }).click();
  await enter(9);
  await dialog.getByText("患者様はまだ入室していません").waitFor();
  await dialog.getByRole("button", { name: "やめる" }).click();
  await panel.getByText("予約　花子7").first().waitFor();
  await enter(8);
  await dialog.getByRole("button", { name: "入室" }).click();
  await panel.getByText("予約　花子8").first().waitFor();
  await inSection(page, "consulting", 7).getByText("医師不在").or(inSection(page, "consulting", 7).getByText("在室者なし")).waitFor();
  await first.close();
  await second.close();
  await page.context().close();
});

test("who was let in before the doctor still waits, and a line that went silent is no longer trusted", async () => {
  const page = await openConsole();
  const who = await arrive(9);
  await card(page, 9)
    .getByRole("button", { name: /入室許可/ })
    .click();
  await restPointer(page);
  await inSection(page, "waiting", 9).getByText("医師の入室待ち").waitFor();
  await inSection(page, "waiting", 9).getByText("0分待ち").waitFor();
  // Stopped, not killed: no socket is closed, nothing tells but the silence.
  engine.pause();
  await page.locator(".stale-notice").waitFor({ timeout: 10_000 });
  engine.resume();
  await page.locator(".link-status.live").waitFor({ timeout: 10_000 });
  await who.close();
  await page.context().close();
});

test("a dead screen says so until the engine is back", async () => {
  const page = await openConsole();
  await engine.kill();
  await page.locator(".stale-notice").waitFor();
  await page.locator(".link-status.stale").waitFor({ timeout: 30_000 });
  await screenshot(page, "console-stale-desktop-ja");
  await engine.start();
  await page.locator(".link-status.live").waitFor({ timeout: 45_000 });
  await page.locator(".stale-notice").waitFor({ state: "detached" });
  scripts = await person(browser);
  await page.context().close();
});

test("names are only ever text: markup, direction marks and great length change nothing around them", async () => {
  const put = (name: string) =>
    engine.put(`${clinic}/patients/p6`, { name, kana: "", chart_number: "<i>1</i>", card_registered: false });
  const desk = await ScriptedPerson.open(scripts, engine.address, { token: staffToken() });
  await put("<script>window.broken=1</script><img src=x onerror=window.broken=1>");
  const page = await openConsole();
  await card(page, 6).getByText("<script>").waitFor();
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
  await put("محمد".repeat(25));
  await card(page, 6).getByText("محمد").waitFor();
  await put("W".repeat(100));
  await card(page, 6).getByText("WWWW").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  for (const name of ["W".repeat(100), "寿限無".repeat(33), "a b ".repeat(24)]) {
    await desk.say({ type: "invite", room: "v6", party: "interpreter", display_name: name.trim() });
  }
  const row = card(page, 6).locator(".invitation");
  await row.nth(2).waitFor();
  const cut = await card(page, 6).evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return [...element.querySelectorAll("button, .badge, .place, .party")].filter((each) => {
      const box = each.getBoundingClientRect();
      return box.right > right || box.left < left;
    }).length;
  });
  expect(cut).toBe(0);
  await expect(put("a".repeat(10_000))).rejects.toThrow(/4\d\d/);
  await expect(put("a\u202eb")).rejects.toThrow(/4\d\d/);
  await screenshot(page, "console-names-desktop-ja");
  await page.context().close();
});

test("the keyboard alone gets from the search to a card and between cards", async () => {
  const page = await openConsole();
  await page.keyboard.press("/");
  await page.keyboard.type("はなこ");
  await page.keyboard.press("ArrowDown");
  const first = await page.evaluate(() => document.activeElement?.getAttribute("data-room"));
  expect(first).toMatch(/^v\d+$/);
  await page.keyboard.press("ArrowDown");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("data-room"))).not.toBe(first);
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  expect(await page.locator("#board-search").inputValue()).toBe("");
  await page.context().close();
});

test("no serious finding of axe on the board, wide and narrow, and in both languages it is all there", async () => {
  for (const [name, options] of Object.entries({
    desktop,
    tablet: { viewport: { width: 1024, height: 768 } },
    phone,
  })) {
    const page = await openConsole(staffToken(), options);
    await restPointer(page);
    await page.waitForTimeout(400);
    await screenshot(page, `console-board-${name}-ja`);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByText("Today's online consultations").waitFor();
    await screenshot(page, `console-board-${name}-en`);
    await page.context().close();
  }
});

test("nothing was complained about", () => {
  expect(complaints).toEqual([]);
});
