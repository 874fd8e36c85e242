import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ready_timeout_ms = 10_000;

/** A real coturn on loopback that takes credentials by the REST convention (domain.md 8). */
export class TurnServer {
  private readonly folder = mkdtempSync(join(tmpdir(), "machiai-turn-"));
  private process: ChildProcess | undefined;
  private port = 0;
  private said = "";

  constructor(private readonly secret: string) {}

  async start(): Promise<void> {
    this.port = await freePort();
    const options = [
      ...["-n", "--no-cli", "--no-tls", "--no-dtls", "--no-software-attribute", "--log-file=stdout", "--simple-log"],
      ...["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers", `--listening-port=${this.port}`],
      ...["--use-auth-secret", `--static-auth-secret=${this.secret}`, "--realm=machiai.test", "--verbose"],
      ...[`--userdb=${join(this.folder, "db")}`, `--pidfile=${join(this.folder, "pid")}`],
    ];
    const child = spawn("turnserver", options, { cwd: this.folder, stdio: ["ignore", "pipe", "ignore"] });
    this.process = child;
    child.stdout.on("data", (part: Buffer) => (this.said += part.toString()));
    await this.says(/Total General servers/);
  }

  /** Of `[call]`, for an engine whose devices are to use this server. */
  settings(secret = this.secret): string {
    const file = join(this.folder, "secret");
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return `[call]\nturn_urls = ["turn:127.0.0.1:${this.port}?transport=udp"]\nturn_secret_file = "${file}"\n`;
  }

  async says(what: RegExp): Promise<void> {
    for (const until = Date.now() + ready_timeout_ms; !what.test(this.said); ) {
      if (Date.now() > until) throw new Error(`coturn did not say ${String(what)}:\n${this.said}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child !== undefined && child.exitCode === null)
      await new Promise((done) => {
        child.once("exit", done);
        child.kill("SIGKILL");
      });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  return port;
}
