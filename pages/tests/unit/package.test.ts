import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";

const pages = fileURLToPath(new URL("../..", import.meta.url));
const target = mkdtempSync(join(tmpdir(), "machiai-client-"));

afterAll(() => rmSync(target, { recursive: true, force: true }));

test("client library: what npm would publish is a module that plain Node can import", { timeout: 60_000 }, () => {
  execFileSync("node", ["node_modules/typescript/bin/tsc", "--project", "client/tsconfig.json", "--outDir", target], { cwd: pages });
  copyFileSync(join(pages, "client/package.json"), join(target, "package.json"));
  const program = `import { Connection, boardOf } from ${JSON.stringify(pathToFileURL(join(target, "index.js")).href)};
    console.log(typeof Connection, boardOf({ clinic: { name: "c" }, doctors: [], cards: [] }).clinic.name);`;
  const out = execFileSync("node", ["--input-type=module", "--eval", program], { cwd: target, encoding: "utf8" });
  expect(out.trim()).toBe("function c");
});
