import type { Page } from "playwright-core";
import type { BoardFrame, Command, ReplyFrame } from "../../client";
import type { Engine, TokenWish } from "./engine";
import { clinic } from "./clinic";

/** A member of staff (or a doctor) without a console: commands over a socket of their own, in a page of the browser. */
export class StaffLine {
  private constructor(
    private readonly page: Page,
    private readonly engine: Engine,
    private readonly token: string,
  ) {}

  /** `page`: any page of the engine; it stays open as long as the line is needed. */
  static async open(page: Page, engine: Engine, wish: TokenWish = { role: "staff", sub: "s1", clinic }): Promise<StaffLine> {
    await page.goto(`${engine.address}/console`);
    const line = new StaffLine(page, engine, engine.token(wish));
    await line.connect();
    return line;
  }

  /** Anew after the engine was restarted. */
  async connect(): Promise<void> {
    await this.page.evaluate((token) => {
      const replies = new Map<string, (reply: unknown) => void>();
      const socket = new WebSocket(`ws://${location.host}/ws`, "machiai.v1");
      (globalThis as unknown as { line: unknown }).line = { socket, replies };
      return new Promise<void>((done, failed) => {
        socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token }));
        socket.onclose = (event) => failed(new Error(`closed with ${event.code}`));
        socket.onmessage = (message) => {
          const frame = JSON.parse(String(message.data)) as { type: string; id?: string };
          if (frame.type === "welcome") done();
          if (frame.type === "reply" && frame.id !== undefined) replies.get(frame.id)?.(frame);
        };
      });
    }, this.token);
  }

  /** Carries out the command; fails when it is refused. */
  async say(command: Command): Promise<Extract<ReplyFrame, { ok: true }>> {
    const reply = (await this.page.evaluate((body) => {
      const { socket, replies } = (globalThis as unknown as { line: { socket: WebSocket; replies: Map<string, (reply: unknown) => void> } }).line;
      const id = `staff-${Math.random().toString(36).slice(2)}`;
      return new Promise<unknown>((done) => {
        replies.set(id, done);
        socket.send(JSON.stringify({ ...body, id }));
      });
    }, command)) as ReplyFrame;
    if (!reply.ok) throw new Error(`${command.type}: ${reply.error.code} ${reply.error.message}`);
    return reply;
  }

  /** The board as it is now. */
  async board(): Promise<BoardFrame> {
    const answer = await fetch(`${this.engine.address}/v1/clinics/${clinic}/board`, {
      headers: { Authorization: `Bearer ${this.token}` },
    });
    if (!answer.ok) throw new Error(`board: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as BoardFrame;
  }
}
