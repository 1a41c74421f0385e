// Which settings were changed, by whom or by hand: what the daemon works with is compared with what was last written down.
import { auditRows } from "../kernel/audit.ts";
import { flatten, type Setting } from "../kernel/config-change.ts";
import type { Config } from "../kernel/context.ts";
import type { Db } from "../kernel/database.ts";
import { appendEvent } from "../kernel/events.ts";
import { redactDeep } from "../kernel/redact.ts";
import { defaultConfig } from "./config.ts";

const NAME = "config.changed";
/** Settings are changed some times a year; a script that changes them every minute writes so much that the oldest no longer count. */
const CHANGES = 100_000;

/** Values that people put passwords into: variables of agents and MCP servers, and headers. */
const HELD_BACK = /\.(?:env|headers)\./;

/** Writes down, once, what a daemon that starts works with and was not said by `ccm config set`: the file, the environment. */
export function recordConfigAtStart(db: Db, config: Config, at: number): void {
  db.transact(() => {
    const known = lastKnown(db);
    const now = told(flatten(config));
    for (const key of known.keys()) if (!now.has(key)) now.set(key, null);
    write(db, at, { known, now, seen: "at start" });
  });
}

/** Writes down what a person has set; `value` as the setting gives it, one value or several below it. */
export function recordConfigSet(db: Db, setting: Pick<Setting, "key" | "value">, at: number): void {
  db.transact(() => write(db, at, { known: lastKnown(db), now: told(flatten(setting.value, setting.key)), seen: "set" }));
}

type Values = Map<string, unknown>;

function write(db: Db, at: number, { known, now, seen }: { known: Values; now: Values; seen: "at start" | "set" }): void {
  const keys = [...now.keys()].filter((key) => !Bun.deepEquals(known.get(key) ?? null, now.get(key) ?? null)).sort();
  if (keys.length === 0) return;
  const of = (values: Values) => Object.fromEntries(keys.map((key) => [key, values.get(key) ?? null]));
  appendEvent(db, at, {
    name: NAME,
    source: seen === "set" ? "person" : "daemon",
    data: { seen, before: of(known), after: of(now) },
  });
}

/** The audit log is itself the record: what ccm begins with, and every change since. */
function lastKnown(db: Db): Values {
  const values = told(flatten(defaultConfig()));
  for (const { data } of auditRows(db, { name: NAME, limit: CHANGES }))
    for (const [key, value] of Object.entries(data.after ?? {})) values.set(key, value);
  return values;
}

/** As it may be written down, and so that the same value is the same text again. */
function told(values: Values): Values {
  return new Map([...values].map(([key, value]) => [key, HELD_BACK.test(key) ? print(value) : hidden(key, value)]));
}

/** Sixteen bits tell that a value changed, and too little of what it is. */
function print(value: unknown): string {
  return `set (${new Bun.CryptoHasher("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 4)})`;
}

function hidden(key: string, value: unknown): unknown {
  return (redactDeep({ [key]: value }) as Record<string, unknown>)[key];
}
