// The configuration: defaults, then CCM_HOME/config.yaml, then the environment, checked section by section.
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { applyOverrides, environmentOverrides, type Override } from "./config-environment.ts";
import { lineOfKey } from "./config-file.ts";
import { entriesOf, type Sections } from "./config-keys.ts";
import type { Config } from "./context.ts";
import { Fault, messageOf } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** The configuration file is small; more than this is a mistake (a log, a database) and is not parsed. */
const CONFIG_BYTES = 64_000;

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
  const unknown = Object.keys(parsed).find((name) => !Object.hasOwn(sections, name));
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
  const words = wordsExpected(expected);
  const correct = override ? `Correct or unset ${override.name}.` : `Correct it, or try: ccm config set ${path.join(".")} VALUE`;
  return new Fault(
    "invalid",
    `"${path.join(".")}" (${where}) must be ${words.join(" or ") || (expected ?? "another value")}, not ${JSON.stringify(issue.input)}.`,
    didYouMean(String(issue.input), words, correct),
  );
}

/** A choice of words is expected as `("auto" | "kernel")`: https://valibot.dev/api/picklist/. */
function wordsExpected(expected: string | null): string[] {
  return [...(expected ?? "").matchAll(/"([^"]+)"/g)].map(([, word = ""]) => word);
}

function unknownKey(path: string[], known: string[], where: string): Fault {
  const name = path.at(-1) ?? "";
  return new Fault("invalid", `"${path.join(".")}" (${where}) is no setting.`, didYouMean(name, known, `Known here: ${known.join(", ")}.`));
}

function place(text: string, file: string, path: readonly string[]): string {
  const line = lineOfKey(text, path);
  return line === undefined ? file : `${file}, line ${line}`;
}
