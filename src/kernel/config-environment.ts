// Settings from the environment: `CCM_<SECTION>_<KEY>` wins over the file.
import { entriesOf, parseValue, type Sections, schemaType } from "./config-keys.ts";
import { Fault } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

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

function pathOfVariable(section: string, schema: Sections[string] | undefined, rest: string): string[] | Fault {
  const isRecord = schemaType(schema) === "record";
  const [first = "", ...others] = rest.split("_");
  const prefix = isRecord ? [section, first.toLowerCase()] : [section];
  const wanted = (isRecord ? others.join("") : rest).replaceAll("_", "").toLowerCase();
  const keys = Object.keys(entriesOf(schema, isRecord ? [first.toLowerCase()] : []) ?? {});
  const key = keys.find((candidate) => candidate.toLowerCase() === wanted);
  return key ? [...prefix, key] : new Fault("invalid", "", didYouMean(wanted, keys, `Settings of "${section}": ${keys.join(", ")}.`));
}

/** The section with its overrides applied; what is not a mapping is left for the check to refuse. */
export function applyOverrides(value: unknown, overrides: readonly Override[], section: string): unknown {
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
