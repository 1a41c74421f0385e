// One setting read or changed by its dotted key, as `ccm config` does it.
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { checkConfig, readConfigText } from "./config.ts";
import { environmentOverrides } from "./config-environment.ts";
import { setKey } from "./config-file.ts";
import { knownKeys, parseValue, type Sections } from "./config-keys.ts";
import type { Config } from "./context.ts";
import { Fault, unwrap } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** A key, its value now, and who says so. */
export type Setting = { key: string; value: unknown; from: "default" | "file" | "environment" };

type Env = Record<string, string | undefined>;

/** Every setting in the order of the sections; a record (`agents`) shows the names it has. */
export function listSettings(sections: Sections, text: string, file: string, env: Env): Setting[] {
  const config = unwrap(checkConfig(sections, text, file, env));
  const inFile = flatten(Bun.YAML.parse(text) ?? {});
  const inEnvironment = new Set(unwrap(environmentOverrides(sections, env)).map((override) => override.path.join(".")));
  return [...flatten(config)].map(([key, value]) => ({
    key,
    value,
    from: inEnvironment.has(key) ? "environment" : inFile.has(key) ? "file" : "default",
  }));
}

/** The value of one key or of all below it. Faults: `not_found` for a key that does not exist. */
export function getSetting(sections: Sections, config: Config, key: string): unknown {
  requireKnown(sections, key);
  let value: unknown = config;
  for (const part of key.split(".")) value = (value as Record<string, unknown> | undefined)?.[part];
  return value ?? null;
}

/**
 * The file's text with one key changed, comments kept. Faults: `not_found` for an unknown key, `invalid` for a value
 * that its section refuses or a file that cannot be edited line by line.
 */
export function changeSetting(sections: Sections, text: string, file: string, key: string, word: string): string {
  requireKnown(sections, key);
  const path = key.split(".");
  unwrap(checkConfig(sections, text, file, {}));
  const value = parseValue(sections, path, word);
  const changed = setKey(text, path, value);
  const byHand = new Fault(
    "invalid",
    `"${key}" in "${file}" is written in a way that cannot be edited line by line.`,
    "Edit the file, then run: ccm config check",
  );
  if (changed === undefined || !isYaml(changed)) throw byHand;
  unwrap(checkConfig(sections, changed, `${file} with ${key}=${word}`, {}));
  const kept = [...flatten(Bun.YAML.parse(text) ?? {})].filter(([other]) => other !== key && !other.startsWith(`${key}.`));
  const expected = flatten(value, key, new Map(kept));
  if (!Bun.deepEquals(sorted(flatten(Bun.YAML.parse(changed))), sorted(expected))) throw byHand;
  return changed;
}

/** Changes the file by rename, readable by its owner only. */
export function writeSetting(sections: Sections, file: string, key: string, word: string): void {
  const changed = changeSetting(sections, readConfigText(file), file, key, word);
  const next = `${file}.new`;
  writeFileSync(next, changed, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, file);
}

function isYaml(text: string): boolean {
  try {
    Bun.YAML.parse(text);
    return true;
  } catch {
    return false;
  }
}

function requireKnown(sections: Sections, key: string): void {
  const known = knownKeys(sections);
  const isKnown = known.some((candidate) => matches(candidate, key));
  if (isKnown) return;
  const parts = key.split(".");
  const candidates = known.map((pattern) =>
    pattern
      .split(".")
      .map((part, i) => (part === "*" ? (parts[i] ?? "NAME") : part))
      .join("."),
  );
  throw new Fault("not_found", `There is no setting "${key}".`, didYouMean(key, candidates, "`ccm config list` shows all."));
}

/** `limits.runs`, `limits` and `agents.claude.model` (of `agents.*.model`) all match their own pattern. */
function matches(pattern: string, key: string): boolean {
  const wanted = pattern.split(".");
  const given = key.split(".");
  return given.length <= wanted.length && given.every((part, i) => part !== "" && (wanted[i] === "*" || wanted[i] === part));
}

/** Values by their dotted keys; a list is a value. */
export function flatten(value: unknown, prefix = "", into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, child] of Object.entries(value)) flatten(child, prefix ? `${prefix}.${key}` : key, into);
  } else if (prefix) into.set(prefix, value);
  return into;
}

function sorted(map: Map<string, unknown>): [string, unknown][] {
  return [...map].filter(([, value]) => value !== null).sort(([a], [b]) => (a < b ? -1 : 1));
}
