// Changed settings are in the audit log, whoever changed them and however; a daemon that starts with what is known adds nothing.
import { beforeEach, expect, test } from "bun:test";
import { auditRows } from "../../src/kernel/audit.ts";
import { checkConfig } from "../../src/kernel/config.ts";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { unwrap } from "../../src/kernel/fault.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";
import { sections } from "../../src/setup/config.ts";
import { recordConfigAtStart, recordConfigSet } from "../../src/setup/config-audit.ts";

let db: Db;

beforeEach(() => {
  db = openDatabase(":memory:");
  migrate(db, MIGRATIONS, "/unused", 0);
});

const start = (yaml: string, env: Record<string, string> = {}) =>
  recordConfigAtStart(db, unwrap(checkConfig(sections, yaml, "config.yaml", env)), 1);
const rows = (): Record<string, unknown>[] => auditRows(db, { limit: 10 }).map(({ source, data }) => ({ source, ...data }));

test("a daemon with what ccm begins with has nothing to say", () => {
  start("");
  expect(rows()).toEqual([]);
});

test("what was changed by hand is said at the start, once", () => {
  start("sandbox:\n  allowNone: true\n");
  start("sandbox:\n  allowNone: true\n");
  expect(rows()).toEqual([
    { source: "daemon", seen: "at start", before: { "sandbox.allowNone": false }, after: { "sandbox.allowNone": true } },
  ]);
  start("");
  expect(rows().at(-1)).toMatchObject({ before: { "sandbox.allowNone": true }, after: { "sandbox.allowNone": false } });
});

test("so is what a variable of the environment says", () => {
  start("", { CCM_LIMITS_RUNS: "9" });
  expect(rows()).toMatchObject([{ after: { "limits.runs": 9 } }]);
});

test("what a person set is theirs, and not said again at the start", () => {
  recordConfigSet({ ...db, by: "ada" }, { key: "limits.runs", value: 7 }, 1);
  start("limits:\n  runs: 7\n");
  expect(rows()).toEqual([{ source: "person", by: "ada", seen: "set", before: { "limits.runs": 4 }, after: { "limits.runs": 7 } }]);
});

test("agents come and go", () => {
  start("agents:\n  mine:\n    command: mine\n    model: large\n");
  start("");
  expect(rows().at(-1)).toMatchObject({ before: { "agents.mine.model": "large" }, after: { "agents.mine.model": null } });
});

test("of variables it is said that they changed, and never what they are", () => {
  const withKey = (key: string) => `agents:\n  claude:\n    env:\n      SOME_KEY: ${key}\n`;
  start(withKey("correct-horse"));
  start(withKey("battery-staple"));
  const [first, second] = rows() as unknown as { after: Record<string, string> }[];
  expect(first?.after["agents.claude.env.SOME_KEY"]).toMatch(/^set \([0-9a-f]{4}\)$/);
  expect(second?.after).not.toEqual(first?.after as never);
  expect(JSON.stringify(rows())).not.toMatch(/horse|battery/);
});
