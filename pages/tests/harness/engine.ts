import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Role } from "../../client";

const root = fileURLToPath(new URL("../../..", import.meta.url));
export const program = process.env["MACHIAI_PROGRAM"] ?? resolve(root, "build/release/machiai");
const pages = process.env["MACHIAI_PAGES_FOLDER"] ?? resolve(root, "pages/dist");
const ready_timeout_ms = 30_000;

export interface TokenWish {
  role: Role;
  sub: string;
  clinic?: string;
  room?: string;
  name?: string;
  ttl?: string;
}

/** A real engine with a SQLite store of its own, which outlives the process: kill() and start() meet the same data. */
export class Engine {
  private readonly folder = mkdtempSync(join(tmpdir(), "machiai-pages-"));
  private process: ChildProcess | undefined;
  private port = 0;
  private readonly tokens = new Map<string, string>();

  /** `settings`: TOML, such as `[presence]\nleave_after_ms = 3000`. */
  constructor(settings = "") {
    writeFileSync(this.config(), `[store]\nurl = "sqlite:${this.folder}/machiai.db"\n${settings}\n`);
  }

  /** http://127.0.0.1:PORT, the same over restarts. */
  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const options = ["serve", "--config", this.config(), "--listen", `127.0.0.1:${this.port}`, "--admin", "127.0.0.1:0"];
    const child = spawn(program, options, {
      env: { ...process.env, MACHIAI_PAGES_FOLDER: pages },
      stdio: ["ignore", "pipe", process.env["MACHIAI_LOG"] === undefined ? "ignore" : "inherit"],
    });
    this.process = child;
    const line = await new Promise<string>((done, failed) => {
      const timer = setTimeout(() => failed(new Error("the engine is not ready in time")), ready_timeout_ms);
      let text = "";
      child.stdout.on("data", (part: Buffer) => {
        text += part.toString();
        if (!text.includes("\n")) return;
        clearTimeout(timer);
        done(text.slice(0, text.indexOf("\n")));
      });
      child.once("exit", (code) => failed(new Error(`the engine ended with ${code}`)));
    });
    this.port = Number(/"listen":"[^"]*:(\d+)"/.exec(line)?.[1]);
  }

  kill(): Promise<void> {
    return this.end("SIGKILL");
  }

  /** Stands still with its sockets open until `resume`. */
  pause(): void {
    this.process?.kill("SIGSTOP");
  }

  resume(): void {
    this.process?.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  token(wish: TokenWish): string {
    const words = ["token", "--config", this.config(), "--role", wish.role, "--sub", wish.sub, "--ttl", wish.ttl ?? "6h"];
    if (wish.clinic !== undefined) words.push("--clinic", wish.clinic);
    if (wish.room !== undefined) words.push("--room", wish.room);
    if (wish.name !== undefined) words.push("--name", wish.name);
    const key = words.join(" ");
    const known = this.tokens.get(key) ?? execFileSync(program, words, { encoding: "utf8" }).trim();
    this.tokens.set(key, known);
    return known;
  }

  /** An operator's PUT under /v1/clinics; fails with the engine's answer. */
  async put(path: string, body: object): Promise<void> {
    const answer = await fetch(`${this.address}/v1/clinics/${path}`, {
      method: "PUT",
      headers: { Authorization: `Bearer ${this.token({ role: "operator", sub: "ops" })}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  }

  private config(): string {
    return join(this.folder, "machiai.toml");
  }

  private end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null) return Promise.resolve();
    return new Promise((done) => {
      child.once("exit", () => done());
      child.kill(signal);
    });
  }
}
