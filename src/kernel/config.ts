// The configuration: defaults, then CCM_HOME/config.yaml, then the environment, checked section by section.
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { applyOverrides, environmentOverrides, type Override } from "./config-environment.ts";
import type { Sections } from "./config-keys.ts";
import type { Config } from "./context.ts";
import { Fault, messageOf } from "./fault.ts";
import { parseMapping, pathOf, placeOf, siblings, unknownKey, wrongValue } from "./yaml-file.ts";

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
  const parsed = parseMapping(text, file, "Write `limits:` and below it, indented, `runs: 4`.");
  if (parsed instanceof Fault) return parsed;
  const unknown = Object.keys(parsed).find((name) => !Object.hasOwn(sections, name));
  if (unknown !== undefined) return unknownKey([unknown], Object.keys(sections), placeOf(text, file, [unknown]));

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

type Source = { text: string; file: string; overrides: readonly Override[] };

function faultOf(issue: v.BaseIssue<unknown>, section: string, schema: v.GenericSchema, { text, file, overrides }: Source): Fault {
  const below = pathOf(issue);
  const path = [section, ...below];
  const override = overrides.find((candidate) => candidate.path.join(".") === path.join("."));
  return wrongValue(issue, {
    path,
    where: override ? `environment variable ${override.name}` : placeOf(text, file, path),
    known: siblings(schema, below),
    correct: override ? `Correct or unset ${override.name}.` : `Correct it, or try: ccm config set ${settable(path)} VALUE`,
  });
}

/** What stands in a list is set with its list. */
function settable(path: readonly string[]): string {
  return path.join(".").replace(/(?:\.\d+)+$/, "");
}
