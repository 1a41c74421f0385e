// The configuration: defaults, then CCM_HOME/config.yaml, then the environment, checked section by section.
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { lineOfKey } from "./config-file.ts";
import type { Config } from "./context.ts";
import { Fault, messageOf } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** Each section's schema: a strict object whose keys all have defaults, or a record of such objects by name. */
export type Sections = Record<string, v.GenericSchema>;

/** The configuration file is small; more than this is a mistake (a log, a database) and is not parsed. */
const CONFIG_BYTES = 64_000;

/** A whole number from `min` to `max`; the text says what was expected when the check fails. */
export function whole(fallback: number, min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return v.optional(v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected)), fallback);
}

/**
 * Reads, overrides and checks the configuration; a missing file means defaults. Faults: `invalid` naming file, line,
 * key and what was expected; `environment` when the file cannot be read.
 */
export function loadConfig(sections: Sections, file: string, env: Record<string, string | undefined>): Config {
  const checked = checkConfig(sections, readConfigText(file), file, env);
  if (checked instanceof Fault) throw checked;
  return checked;
}

/** The file's text, empty when there is none. Faults: `environment`, `invalid` over 64 kB. */
export function readConfigText(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new Fault("environment", `The configuration could not be read: ${messageOf(thrown)}.`, `Check the permissions of "${file}".`);
  }
  if (text.length > CONFIG_BYTES)
    throw new Fault("invalid", `"${file}" is larger than ${CONFIG_BYTES / 1000} kB.`, "Is it really a configuration?");
  return text;
}

/** The checked configuration or the first thing wrong with it. */
export function checkConfig(sections: Sections, text: string, file: string, env: Record<string, string | undefined>): Config | Fault {
  const parsed = parseYaml(text, file);
  if (parsed instanceof Fault) return parsed;
  const unknown = Object.keys(parsed).find((name) => !(name in sections));
  if (unknown !== undefined) return unknownKey([unknown], Object.keys(sections), place(text, file, [unknown]));

  const overrides = environmentOverrides(sections, env);
  if (overrides instanceof Fault) return overrides;
  const result: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sections)) {
    const merged = applyOverrides(parsed[name] ?? {}, overrides, name);
    const outcome = v.safeParse(schema, merged, { abortEarly: true });
    if (!outcome.success) return faultOf(outcome.issues[0], name, schema, { text, file, overrides });
    result[name] = outcome.output;
  }
  return result as unknown as Config;
}

/** Turns one word or a YAML flow value (`8`, `true`, `[a, b]`) into what the key's schema wants: text stays text. */
export function parseValue(sections: Sections, path: readonly string[], text: string): unknown {
  const leaf = leafOf(sections[path[0] ?? ""], path.slice(1));
  if (leaf && leaf.type !== "string") {
    try {
      return Bun.YAML.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** All dotted keys that exist, `agents.*.command` for records. */
export function knownKeys(sections: Sections): string[] {
  return Object.entries(sections).flatMap(([name, schema]) => keysBelow(schema, name));
}

/** A value that an environment variable sets, and the variable's name. */
export type Override = { path: string[]; name: string; value: unknown };

/**
 * `CCM_LIMITS_RUNS_PER_PROJECT=2` sets `limits.runsPerProject`, `CCM_AGENTS_CLAUDE_MODEL` sets `agents.claude.model`.
 * Variables of other shapes (`CCM_HOME`, `CCM_TASK`) are not settings.
 */
export function environmentOverrides(sections: Sections, env: Record<string, string | undefined>): Override[] | Fault {
  const found: Override[] = [];
  for (const [name, text] of Object.entries(env)) {
    const section = Object.keys(sections).find((key) => name.startsWith(`CCM_${key.toUpperCase()}_`));
    if (section === undefined || text === undefined) continue;
    const path = pathOfVariable(section, sections[section], name.slice(`CCM_${section}_`.length));
    if (path instanceof Fault) return new Fault("invalid", `The environment variable "${name}" names no setting.`, path.hint);
    found.push({ path, name, value: parseValue(sections, path, text) });
  }
  return found;
}

function pathOfVariable(section: string, schema: v.GenericSchema | undefined, rest: string): string[] | Fault {
  const isRecord = schemaType(schema) === "record";
  const [first = "", ...others] = rest.split("_");
  const prefix = isRecord ? [section, first.toLowerCase()] : [section];
  const wanted = (isRecord ? others.join("") : rest).replaceAll("_", "").toLowerCase();
  const keys = Object.keys(entriesOf(schema, isRecord ? [first.toLowerCase()] : []) ?? {});
  const key = keys.find((candidate) => candidate.toLowerCase() === wanted);
  return key ? [...prefix, key] : new Fault("invalid", "", didYouMean(wanted, keys, `Settings of "${section}": ${keys.join(", ")}.`));
}

function applyOverrides(value: unknown, overrides: readonly Override[], section: string): unknown {
  const mine = overrides.filter((override) => override.path[0] === section);
  if (mine.length === 0 || typeof value !== "object" || value === null) return value;
  const copy = structuredClone(value) as Record<string, unknown>;
  for (const { path, value: replacement } of mine) {
    let at = copy;
    for (const key of path.slice(1, -1)) {
      at[key] = { ...(at[key] as Record<string, unknown> | undefined) };
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = replacement;
  }
  return copy;
}

function parseYaml(text: string, file: string): Record<string, unknown> | Fault {
  let parsed: unknown;
  try {
    parsed = Bun.YAML.parse(text);
  } catch (thrown) {
    return new Fault(
      "invalid",
      `"${file}", line ${brokenLine(text)}, is not YAML: ${messageOf(thrown).replace("YAML Parse error: ", "")}.`,
      "Check quotes, brackets and indentation (spaces, no tabs).",
    );
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed === "object" && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  return new Fault("invalid", `"${file}" holds no sections.`, "Write `limits:` and below it, indented, `runs: 4`.");
}

/** The line after the longest part of the text that parses: Bun's parser names no line. */
function brokenLine(text: string): number {
  const lines = text.split("\n");
  for (let count = lines.length - 1; count > 0; count--) {
    try {
      Bun.YAML.parse(lines.slice(0, count).join("\n"));
      return count + 1;
    } catch {}
  }
  return 1;
}

type Source = { text: string; file: string; overrides: readonly Override[] };

function faultOf(issue: v.BaseIssue<unknown>, section: string, schema: v.GenericSchema, source: Source): Fault {
  const path = [section, ...(issue.path ?? []).map((item) => String(item.key))];
  const override = source.overrides.find((candidate) => candidate.path.join(".") === path.join("."));
  const where = override ? `environment variable ${override.name}` : place(source.text, source.file, path);
  if (issue.type === "strict_object") {
    const siblings = Object.keys(entriesOf(schema, path.slice(1, -1)) ?? {});
    if (issue.expected === "never") return unknownKey(path, siblings, where);
  }
  const expected = issue.kind === "schema" && issue.message.startsWith("Invalid") ? issue.expected : issue.message;
  return new Fault(
    "invalid",
    `"${path.join(".")}" (${where}) must be ${expected ?? "another value"}, not ${JSON.stringify(issue.input)}.`,
    override ? `Correct or unset ${override.name}.` : `Correct it, or try: ccm config set ${path.join(".")} VALUE`,
  );
}

function unknownKey(path: string[], known: string[], where: string): Fault {
  const name = path.at(-1) ?? "";
  return new Fault("invalid", `"${path.join(".")}" (${where}) is no setting.`, didYouMean(name, known, `Known here: ${known.join(", ")}.`));
}

function place(text: string, file: string, path: readonly string[]): string {
  const line = lineOfKey(text, path);
  return line === undefined ? file : `${file}, line ${line}`;
}

/** The parts of a valibot schema that this file reads: https://valibot.dev/guides/schemas/ (plain objects, stable since 1.0). */
type Shape = { type: string; entries?: Record<string, Shape>; value?: Shape; wrapped?: Shape };

function unwrapped(schema: unknown): Shape | undefined {
  let shape = schema as Shape | undefined;
  while (shape?.wrapped) shape = shape.wrapped;
  return shape;
}

function schemaType(schema: unknown): string | undefined {
  return unwrapped(schema)?.type;
}

function leafOf(schema: unknown, path: readonly string[]): Shape | undefined {
  let shape = unwrapped(schema);
  for (const key of path) shape = unwrapped(shape?.type === "record" ? shape.value : shape?.entries?.[key]);
  return shape;
}

function entriesOf(schema: unknown, path: readonly string[]): Record<string, Shape> | undefined {
  return leafOf(schema, path)?.entries;
}

function keysBelow(schema: unknown, prefix: string): string[] {
  const shape = unwrapped(schema);
  if (shape?.type === "record" && unwrapped(shape.value)?.entries) return keysBelow(shape.value, `${prefix}.*`);
  if (!shape?.entries) return [prefix];
  return Object.entries(shape.entries).flatMap(([key, entry]) => keysBelow(entry, `${prefix}.${key}`));
}
