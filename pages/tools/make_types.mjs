// Makes client/protocol.ts from docs/protocol/schema: the protocol's one description, also for TypeScript.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const schemas = resolve(here, "../../docs/protocol/schema");
const target = resolve(here, "../client/protocol.ts");

const suffixes = { common: "", client: "_command", server: "_frame" };

/** The name under which a definition of a file stands in the joint schema. */
const joint = (file, name) => (file === "common" && name === "error" ? "protocol_error" : `${name}${suffixes[file]}`);

/** The value with its references turned to the joint schema's. */
function joined(value, file) {
  if (Array.isArray(value)) return value.map((item) => joined(item, file));
  if (value === null || typeof value !== "object") return value;
  const result = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "$ref") {
      const [, other, name] = /^(?:(\w+)\.json)?#\/\$defs\/(\w+)$/.exec(item);
      result.$ref = `#/$defs/${joint(other ?? file, name)}`;
    } else if (key !== "not" && key !== "pattern") {
      result[key] = joined(item, file);
    }
  }
  return result;
}

// A `oneOf` beside properties says which of them come together; as a type the properties alone read better.
function plain(definition) {
  if (definition.properties === undefined || definition.oneOf === undefined) return definition;
  const { oneOf: _left_out, ...rest } = definition;
  return rest;
}

const definitions = {};
for (const file of Object.keys(suffixes)) {
  const schema = JSON.parse(await readFile(`${schemas}/${file}.json`, "utf8"));
  for (const [name, definition] of Object.entries(schema.$defs)) {
    definitions[joint(file, name)] = plain(joined(definition, file));
  }
  if (schema.oneOf) definitions[`any${suffixes[file]}`] = { oneOf: joined(schema.oneOf, file) };
}
const names = Object.keys(definitions);
const schema = {
  title: "every_definition",
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
  additionalProperties: false,
  $defs: definitions,
};
const text = await compile(schema, "every_definition", {
  additionalProperties: false,
  bannerComment: "// Made by tools/make_types.mjs from docs/protocol/schema.",
  format: false,
  strictIndexSignatures: true,
});
await mkdir(dirname(target), { recursive: true });
await writeFile(target, text);
