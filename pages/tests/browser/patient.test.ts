import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launch, openPage, person, phone } from "../harness/browser";
import { clinic, makeClinic } from "../harness/clinic";
import { Engine } from "../harness/engine";
import { StaffLine } from "../harness/staff_line";
import { lookAt, openPatient, passDeviceTest, patientAddress, startVisit } from "../harness/visit_pages";

const engine = new Engine("[presence]\ndevices_max = 2\n[token]\nleeway_ms = 0");
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

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });
const waitingRoom = (page: Page) => heading(page, "待合室").waitFor();

async function participantsOf(room: string) {
  const card = (await staff.board()).cards.find((each) => each.room === room);
  return card?.participants.filter((each) => each.whereabouts !== "left" && each.whereabouts !== "absent") ?? [];
}

/** The last resort for what only the engine can tell: asked until it holds. */
async function eventually(claim: () => Promise<boolean>, what: string): Promise<void> {
  for (const until = Date.now() + 15_000; Date.now() < until; ) {
    if (await claim()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`not in time: ${what}`);
}

/** As the browser tells a page that another tab or app covers it. */
function turn(page: Page, state: DocumentVisibilityState): Promise<void> {
  return page.evaluate((next) => {
    Object.defineProperty(document, "visibilityState", { value: next, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}

beforeAll(async () => {
  await engine.start();
  const later = Array.from({ length: 8 }, (_, index) => ({ minutes: 10 + index }));
  const more = Array.from({ length: 5 }, (_, index) => ({ minutes: 20 + index }));
  await makeClinic(engine, [{ minutes: -4 }, { minutes: 2 }, ...later, { minutes: 26 * 60 }, ...more]);
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

describe("a patient on a phone", () => {
  it("goes from my page through device test, line and consultation to the end", async () => {
    const page = await openPatient(await newPhone(), engine, "v1", "p1", complaints);
    await page.getByRole("button", { name: "オンライン診療開始" }).waitFor();
    expect(page.url()).not.toContain("token");
    await page.getByText("予約　花子1 様").waitFor();
    await lookAt(page, "patient-my-page");
    await page.getByRole("button", { name: "オンライン診療開始" }).click();
    await page.locator("main button.primary").first().waitFor();
    await lookAt(page, "patient-device-test");
    await passDeviceTest(page);
    await page.getByText("次にお呼びします").waitFor();
    await eventually(async () => (await participantsOf("v1"))[0]?.device_test !== undefined, "staff know of the test");
    await page.getByText("予約時刻を過ぎています").waitFor();
    await staff.say({ type: "invite", room: "v1", party: "interpreter", display_name: "Nguyễn Văn An" });
    await lookAt(page, "patient-waiting-next-late");
    expect(await page.title()).toContain("次にお呼びします");
    await page.getByRole("button", { name: "医師・医療機関" }).click();
    await page.getByRole("dialog").getByText("森　恵子").waitFor();
    await lookAt(page, "patient-identity");
    await page.getByRole("dialog").getByRole("button", { name: "閉じる" }).click();

    await doctor.say({ type: "enter_room", room: "v1" });
    await page.getByText("医師が診察室に入りました").waitFor();
    await lookAt(page, "patient-doctor-in");
    await staff.say({ type: "admit", room: "v1", person: "p1" });
    await page.getByRole("button", { name: "退室" }).waitFor();
    expect(await page.title()).toBe("診察が始まりました");

    await staff.say({ type: "send_back", room: "v1", person: "p1" });
    await page.getByText("待合室に戻りました").waitFor();
    await lookAt(page, "patient-sent-back");
    await staff.say({ type: "admit", room: "v1", person: "p1" });
    await page.getByRole("button", { name: "退室" }).waitFor();
    await staff.say({ type: "end_consultation", room: "v1" });
    await heading(page, "診察が終わりました").waitFor();
    await lookAt(page, "patient-ended");
  });

  it("keeps the place in line over a reload and is the same person in a second tab", async () => {
    const first = await openPatient(await newPhone(), engine, "v2", "p2", complaints);
    await startVisit(first);
    await first.getByText("次にお呼びします").waitFor();
    const context = await newPhone();
    const page = await openPatient(context, engine, "v3", "p3", complaints);
    await startVisit(page);
    await page.locator(".line-place strong").getByText("1", { exact: true }).waitFor();
    await lookAt(page, "patient-waiting-second");
    await page.reload();
    await waitingRoom(page);
    await page.locator(".line-place strong").getByText("1", { exact: true }).waitFor();

    const second = await openPage(context, patientAddress(engine, "v3", "p3"), complaints);
    await startVisit(second);
    await second.locator(".line-place strong").getByText("1", { exact: true }).waitFor();
    expect((await participantsOf("v3")).map((each) => each.person)).toEqual(["p3"]);
    const third = await openPatient(await newPhone(), engine, "v3", "p3", complaints);
    await startVisit(third);
    await third.getByText("この端末は表示のみです").waitFor();
    await third.locator(".line-place strong").getByText("1", { exact: true }).waitFor();
    await lookAt(third, "patient-watching");
    await second.close();
    await page.locator(".line-place strong").waitFor();
    await staff.say({ type: "end_consultation", room: "v2" });
    await page.getByText("次にお呼びします").waitFor();
  });

  it("goes back step by step, and out of the line and the consultation only when asked", async () => {
    const page = await openPatient(await newPhone(), engine, "v16", "p16", complaints);
    await page.getByRole("button", { name: "オンライン診療開始" }).click();
    await heading(page, "映像・音声の確認").waitFor();
    await page.goBack();
    await heading(page, "マイページ").waitFor();
    await startVisit(page);
    await waitingRoom(page);
    const stay = page.getByRole("dialog").getByRole("button", { name: "とどまる" });
    for (const room of ["waiting", "consultation"]) {
      if (room === "consultation") {
        await doctor.say({ type: "enter_room", room: "v16" });
        await staff.say({ type: "admit", room: "v16", person: "p16" });
        await page.getByRole("button", { name: "退室" }).waitFor();
      }
      for (let times = 0; times < 2; times += 1) {
        await page.goBack();
        await stay.click();
        await stay.waitFor({ state: "detached" });
      }
      expect((await participantsOf("v16"))[0]?.unstable).toBe(false);
    }
    await page.goBack();
    await page.getByRole("dialog").getByRole("button", { name: "退室する" }).click();
    await heading(page, "退室しました").waitFor();
    await staff.say({ type: "end_consultation", room: "v16" });
  });

  it("leaves only when asked twice, and comes back in", async () => {
    const page = await openPatient(await newPhone(), engine, "v4", "p4", complaints);
    await startVisit(page);
    await eventually(async () => (await participantsOf("v4")).length === 1, "v4 waits");
    await page.getByRole("button", { name: "待合室から出る" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "とどまる" }).waitFor();
    await lookAt(page, "patient-leave-question");
    await page.getByRole("dialog").getByRole("button", { name: "待合室から出る" }).click();
    await heading(page, "退室しました").waitFor();
    await eventually(async () => (await participantsOf("v4")).length === 0, "v4 left");
    await lookAt(page, "patient-left");
    await page.getByRole("button", { name: "もう一度入る" }).click();
    await waitingRoom(page);
    await eventually(async () => (await participantsOf("v4")).length === 1, "v4 is back");
  });

  it("is told calmly that the network is gone, and that it is back", async () => {
    const context = await newPhone();
    const page = await openPatient(context, engine, "v5", "p5", complaints);
    await startVisit(page);
    await page.locator(".line-card").waitFor();
    await context.setOffline(true);
    await page.getByText("インターネットにつながっていません").waitFor();
    await page.getByText("順番はそのままです").waitFor();
    await lookAt(page, "patient-offline");
    await context.setOffline(false);
    await page.getByText("インターネットにつながっていません").waitFor({ state: "detached" });
    await page.locator(".dimmed").waitFor({ state: "detached" });
  });

  it("stays on its page while the engine is killed, and goes on when it is back", async () => {
    const page = await openPatient(await newPhone(), engine, "v6", "p6", complaints);
    await startVisit(page);
    await page.locator(".line-card").getByText(/お待ちです|お呼びします/).waitFor();
    await engine.kill();
    try {
      await page.getByText("通信が不安定です").waitFor();
      await waitingRoom(page);
      await lookAt(page, "patient-engine-away");
    } finally {
      await engine.start();
    }
    await page.getByText("通信が不安定です").waitFor({ state: "detached", timeout: 60_000 });
    await staff.connect();
    await doctor.connect();
    await eventually(async () => (await participantsOf("v6")).some((each) => !each.unstable), "p6 is back");
  });

  it("is seen as looking elsewhere while its page is hidden", async () => {
    const page = await openPatient(await newPhone(), engine, "v12", "p12", complaints);
    await startVisit(page);
    const attentive = async () => (await participantsOf("v12"))[0]?.attentive;
    await eventually(async () => (await attentive()) === true, "p12 looks");
    await turn(page, "hidden");
    await eventually(async () => (await attentive()) === false, "p12 looks elsewhere");
    await turn(page, "visible");
    await eventually(async () => (await attentive()) === true, "p12 looks again");
  });

  it("whose page was replaced by another is told so, and can go on here", async () => {
    const page = await (await newPhone()).newPage();
    let replace = () => undefined as void;
    await page.routeWebSocket(/\/ws$/, (route) => {
      route.connectToServer();
      replace = () => void route.close({ code: 4208 });
    });
    await page.goto(patientAddress(engine, "v13", "p13"));
    await startVisit(page);
    await page.locator(".line-card").waitFor();
    replace();
    await heading(page, "別の画面で開かれました").waitFor();
    await lookAt(page, "patient-replaced");
    await page.getByRole("button", { name: "この画面で続ける" }).click();
    await waitingRoom(page);
  });

  it("is told when the engine cannot be reached at all, and gets through without a reload", async () => {
    const page = await (await newPhone()).newPage();
    let reachable = false;
    await page.routeWebSocket(/\/ws$/, (route) => {
      if (reachable) route.connectToServer();
      else void route.close({ code: 4101 });
    });
    await page.goto(patientAddress(engine, "v14", "p14"));
    await heading(page, "サーバーにつながりません").waitFor();
    await lookAt(page, "patient-unreachable");
    reachable = true;
    await page.getByRole("button", { name: "オンライン診療開始" }).waitFor({ timeout: 45_000 });
  });

  it("sees names as text, however they are made", async () => {
    const hostile = `<img src=x onerror="document.title='x'">${"\u05d0\u0627".repeat(8)}`;
    await staff.say({ type: "invite", room: "v15", party: "family", display_name: hostile });
    await staff.say({ type: "invite", room: "v15", party: "nurse", display_name: "W".repeat(100) });
    const page = await openPatient(await newPhone(), engine, "v15", "p15", complaints);
    await startVisit(page);
    await page.getByText("<img src=x").waitFor();
    await page.locator(".people-list").scrollIntoViewIfNeeded();
    await lookAt(page, "patient-hostile-names");
    expect(await page.title()).not.toBe("x");
  });

  it("that was removed, or whose appointment was cancelled, is told what to do", async () => {
    const page = await openPatient(await newPhone(), engine, "v7", "p7", complaints);
    await startVisit(page);
    await eventually(async () => (await participantsOf("v7")).length === 1, "p7 waits");
    await staff.say({ type: "remove", room: "v7", person: "p7" });
    await heading(page, "退室の扱いになっています").waitFor();
    await lookAt(page, "patient-removed");

    const other = await openPatient(await newPhone(), engine, "v8", "p8", complaints);
    await other.getByRole("button", { name: "オンライン診療開始" }).waitFor();
    const cancelled = await fetch(`${engine.address}/v1/clinics/${clinic}/appointments/v8`, {
      method: "DELETE",
      headers: { Authorization: `Bearer ${engine.token({ role: "staff", sub: "s1", clinic })}` },
    });
    expect(cancelled.ok).toBe(true);
    await heading(other, "この予約は取り消されています").waitFor();
    await lookAt(other, "patient-cancelled");
  });

  it("with a link for all visits chooses one, and finds the others on my page again", async () => {
    await engine.put(`${clinic}/appointments/v20`, {
      starts_at: new Date(Date.now() + 50 * 3_600_000).toISOString(),
      duration_min: 30,
      menu: "定期診察・お薬の処方",
      patients: ["p9"],
      doctors: ["dr-mori"],
    });
    const address = `${engine.address}/p/${clinic}#token=${engine.token({ role: "patient", sub: "p9", clinic })}`;
    const page = await openPage(await newPhone(), address, complaints);
    await page.locator(".visit-card").nth(1).waitFor();
    await lookAt(page, "patient-two-visits");
    await page.getByRole("button", { name: "オンライン診療開始" }).first().click();
    await passDeviceTest(page);
    await eventually(async () => (await participantsOf("v9")).length === 1, "p9 waits");
    await page.reload();
    await waitingRoom(page);
    await staff.say({ type: "end_consultation", room: "v9" });
    await heading(page, "診察が終わりました").waitFor();
    await page.getByRole("button", { name: "マイページへ" }).click();
    await page.locator(".visit-card.over").waitFor();
    await page.getByRole("button", { name: "オンライン診療開始" }).waitFor();
    await lookAt(page, "patient-one-over");
  });

  it("without any appointment is told so", async () => {
    const address = `${engine.address}/p/${clinic}#token=${engine.token({ role: "patient", sub: "p-none", clinic })}`;
    const page = await openPage(await newPhone(), address, complaints);
    await page.getByText("予約がありません").waitFor();
    await lookAt(page, "patient-no-visits");
  });

  it("may come long before the time, and is told so kindly", async () => {
    const page = await openPatient(await newPhone(), engine, "v11", "p11", complaints);
    await page.getByText("早めに入ってお待ちいただけます").waitFor();
    await lookAt(page, "patient-early");
    await startVisit(page);
    await page.getByText("目安 予約時刻").waitFor();
  });
});

describe("a link that is of no use", () => {
  it("is announced ten minutes before, and once its time is over gives the clinic's number", async () => {
    const context = await newPhone();
    const soon = engine.token({ role: "patient", sub: "p10", clinic, room: "v10", ttl: "9m" });
    const page = await openPage(context, `${engine.address}/p/${clinic}#token=${soon}`, complaints);
    await page.getByText("期限が切れます").waitFor();
    await lookAt(page, "patient-link-expiring");
    const short = engine.token({ role: "patient", sub: "p10", clinic, room: "v10", ttl: "1s" });
    await new Promise((done) => setTimeout(done, 1_500));
    const late = await openPage(context, `${engine.address}/p/${clinic}#token=${short}`, complaints);
    await heading(late, "リンクの有効期限が切れています").waitFor();
    await late.getByRole("link", { name: "電話をかける 03-0000-0000" }).waitFor();
    await lookAt(late, "patient-link-expired");
  });

  it.each([
    ["garbled", "#token=abc.def", "リンクを確かめてください"],
    ["missing", "", "リンクを確かめてください"],
  ])("since it is %s says so", async (name, fragment, words) => {
    const page = await openPage(await newPhone(), `${engine.address}/p/${clinic}${fragment}`, complaints);
    await heading(page, words).waitFor();
    await lookAt(page, `patient-link-${name}`);
  });

  it("since its signature is wrong says so", async () => {
    const page = await openPage(await newPhone(), `${patientAddress(engine, "v9", "p9")}AA`, complaints);
    await heading(page, "このリンクは使えません").waitFor();
    await lookAt(page, "patient-link-invalid");
  });

  it("since it is another clinic's, or no patient's, says so", async () => {
    const token = engine.token({ role: "patient", sub: "p9", clinic: "other", room: "v9" });
    const page = await openPage(await newPhone(), `${engine.address}/p/${clinic}#token=${token}`, complaints);
    await heading(page, "このページのリンクではありません").waitFor();
    const staffs = engine.token({ role: "staff", sub: "s1", clinic });
    const other = await openPage(await newPhone(), `${engine.address}/p/${clinic}#token=${staffs}`, complaints);
    await heading(other, "このページのリンクではありません").waitFor();
    await lookAt(other, "patient-link-foreign");
  });
});
