import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { brotliCompressSync } from "node:zlib";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));
const kilobyte = 1_000;

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

/** The files of a page by the build's own manifest: what its first load takes, and what it fetches later. */
function filesOf(manifest: Record<string, Chunk>, page: string): { first: Set<string>; later: Set<string> } {
  const first = reached(manifest, [page], false);
  const later = new Set([...reached(manifest, [page], true)].filter((file) => !first.has(file)));
  return { first, later };
}

function reached(manifest: Record<string, Chunk>, begin: string[], dynamic: boolean): Set<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const open = [...begin];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const chunk = manifest[name];
    if (chunk === undefined || seen.has(name)) continue;
    seen.add(name);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    open.push(...(chunk.imports ?? []), ...(dynamic ? (chunk.dynamicImports ?? []) : []));
  }
  return files;
}

describe("the compressed sizes of the pages", () => {
  const folder = fileURLToPath(new URL("../../node_modules/.sizes", import.meta.url));
  let manifest: Record<string, Chunk> = {};

  beforeAll(async () => {
    await build({ root, logLevel: "error", build: { outDir: folder, emptyOutDir: true, manifest: true } });
    manifest = JSON.parse(readFileSync(`${folder}/.vite/manifest.json`, "utf8")) as Record<string, Chunk>;
  }, 60_000);

  const sizeOf = (files: Iterable<string>) =>
    [...files].filter((file) => existsSync(`${folder}/${file}`)).reduce((sum, file) => sum + brotliCompressSync(readFileSync(`${folder}/${file}`)).length, 0);

  it.each([
    ["patient.html", 120, 40],
    ["guest.html", 120, 40],
    ["console.html", 200, 40],
  ])("%s: first load at most %i kB, the parts of the room at most %i kB more", (page, first_kb, later_kb) => {
    const { first, later } = filesOf(manifest, page);
    expect(first.size).toBeGreaterThan(1);
    expect(sizeOf([...first, page])).toBeLessThanOrEqual(first_kb * kilobyte);
    expect(sizeOf(later)).toBeLessThanOrEqual(later_kb * kilobyte);
  });
});
