import type { BrowserContext, Page } from "playwright-core";
import type { Command, ReplyFrame } from "../../client";

interface Line {
  socket: WebSocket;
  replies: Map<string, (reply: ReplyFrame) => void>;
}

declare global {
  interface Window {
    scriptedLine?: Line;
  }
}

/** Somebody on the protocol's socket without a page of Machiai: a patient, a guest or a doctor by the book. */
export class ScriptedPerson {
  private constructor(private readonly page: Page) {}

  /** Says hello and has its welcome. `page` of the engine's origin is only the place to run in. */
  static async open(
    context: BrowserContext,
    address: string,
    hello: { token: string; room?: string },
  ): Promise<ScriptedPerson> {
    const page = await context.newPage();
    await page.goto(`${address}/console`);
    await page.evaluate(async (greeting) => {
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`, "machiai.v1");
      const replies = new Map<string, (reply: ReplyFrame) => void>();
      window.scriptedLine = { socket, replies };
      await new Promise<void>((welcomed, failed) => {
        socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...greeting }));
        socket.onclose = (event) => failed(new Error(`closed with ${event.code}`));
        socket.onmessage = (message) => {
          const frame = JSON.parse(message.data as string) as { type: string; id?: string };
          if (frame.type === "welcome") welcomed();
          if (frame.type === "reply" && frame.id !== undefined) replies.get(frame.id)?.(frame as ReplyFrame);
        };
      });
    }, hello);
    return new ScriptedPerson(page);
  }

  say(command: Command): Promise<ReplyFrame> {
    return this.page.evaluate((wish) => {
      const line = window.scriptedLine!;
      const id = crypto.randomUUID();
      return new Promise<ReplyFrame>((resolve) => {
        line.replies.set(id, resolve);
        line.socket.send(JSON.stringify({ ...wish, id }));
      });
    }, command);
  }

  /** Gone without a word, as phones go. */
  close(): Promise<void> {
    return this.page.close();
  }
}
