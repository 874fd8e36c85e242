import type { Page } from "playwright-core";

/** What a page knows of one other device in its call. */
export interface Heard {
  person: string;
  connected: boolean;
  frames_decoded: number;
  audio_energy: number;
}

/** Fresh counters of every connection of the page's call (pages/call/video_stage.tsx hands them out). */
export function heardBy(page: Page): Promise<Heard[]> {
  return page.evaluate(async () => {
    interface Counters {
      frames_decoded: number;
      audio_energy: number;
    }
    interface Shown {
      measure(): Promise<void>;
      remotes: { value: { endpoint: { person: string }; connected: boolean; counters?: Counters }[] };
    }
    const call = (document.querySelector(".stage") as { machiaiCall?: Shown } | null)?.machiaiCall;
    if (call === undefined) return [];
    await call.measure();
    return call.remotes.value.map(({ endpoint, connected, counters }) => ({
      person: endpoint.person,
      connected,
      frames_decoded: counters?.frames_decoded ?? 0,
      audio_energy: counters?.audio_energy ?? 0,
    }));
  });
}

/** Picture and sound of `others` other people come in at `page`: decoded frames and audible sound, not elements. */
export async function seesAndHears(page: Page, others: number, within_ms = 30_000): Promise<void> {
  let last: Heard[] = [];
  for (const until = Date.now() + within_ms; Date.now() < until; ) {
    const before = await heardBy(page);
    await page.waitForTimeout(1_500);
    last = await heardBy(page);
    const flowing = last.filter((each) => {
      const former = before.find((one) => one.person === each.person);
      return former !== undefined && each.connected && each.frames_decoded > former.frames_decoded + 3 && each.audio_energy > former.audio_energy;
    });
    if (flowing.length >= others) return;
  }
  throw new Error(`picture and sound of ${others} did not come within ${within_ms} ms: ${JSON.stringify(last)}`);
}

/** Nothing of `kind` comes from `sender` at `page` any more, after what was under way has arrived. */
export async function nothingComes(page: Page, sender: string, kind: "frames_decoded" | "audio_energy"): Promise<void> {
  const amount = async () => (await heardBy(page)).find((each) => each.person === sender)?.[kind] ?? 0;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const before = await amount();
    await page.waitForTimeout(1_500);
    if ((await amount()) - before < (kind === "audio_energy" ? 1e-6 : 1)) return;
  }
  throw new Error(`${kind} of ${sender} still comes`);
}

/** Through whatever stands before it: my page, the device test. */
export async function passOn(page: Page, aim: string): Promise<void> {
  const button = page.locator("main button.primary:enabled");
  const found = page.locator(aim).first();
  await found.or(button).first().waitFor();
  while (!(await found.isVisible())) {
    await button.first().click({ timeout: 3_000 }).catch(() => undefined);
    await found.or(button).first().waitFor();
  }
}
