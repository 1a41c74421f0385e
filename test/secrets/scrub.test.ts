// Scrubbing: what is taken out and from where, what is left alone and said, and that the rest stays byte for byte.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkAudit } from "../../src/kernel/audit.ts";
import { appendEvent } from "../../src/kernel/events.ts";
import { takeLock } from "../../src/kernel/lock.ts";
import type { Paths } from "../../src/kernel/paths.ts";
import { NO_MATCHER } from "../../src/kernel/prints.ts";
import { recognise } from "../../src/kernel/redact.ts";
import { setSecret } from "../../src/secrets/actions.ts";
import { lookForSecrets, scrub } from "../../src/secrets/scrub.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { temporaryFolder } from "../support/folders.ts";

const SECRET = 'hunter2-hunter3/väl"ue';
const JSONED = JSON.stringify(SECRET).slice(1, -1);
const TOKEN = `ghp_${"aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z"}`;
const KEY = `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${`${"MIIEpAIBAAKCAQEAx".repeat(4)}\n`.repeat(20)}-----END RSA ${"PRIVATE"} KEY-----`;

let home: CommandHome;
let paths: Paths;

beforeEach(() => {
  home = openCommandHome();
  paths = home.paths;
  const { HOME } = process.env;
  process.env.HOME = temporaryFolder("person");
  afterThisTest(() => {
    process.env.HOME = HOME;
  });
});
afterEach(() => recognise(NO_MATCHER));

const store = () => setSecret(home.ctx, { name: "DEMO", value: SECRET, store: "file", uses: [] });

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A finished run of task 1, in which something was said. */
function recordRun(text: string): string {
  const run = paths.run(1);
  write(run.spec, JSON.stringify({ taskId: 1, prompt: text }));
  write(run.exit, JSON.stringify({ tail: text }));
  write(join(run.output, "3.txt"), `${"x".repeat(5_000_000)}${text}${"y".repeat(100)}`);
  return write(
    run.events,
    `${JSON.stringify({ seq: 1, kind: "output", text: `first ${text} end` })}\n${JSON.stringify({ seq: 2, kind: "json", json: { text } })}\n`,
  );
}

const bytesBelow = (folder: string) =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path).toString("latin1")]),
  );
const holders = (text: string) =>
  [...bytesBelow(paths.home)]
    .filter(([, bytes]) => bytes.includes(Buffer.from(text).toString("latin1")))
    .map(([path]) => path.slice(paths.home.length + 1));

describe("what got in before it was stored", () => {
  test("goes from rows, free pages and copies, and the audit log still proves itself", async () => {
    const { db } = home.ctx;
    await home.out("register-project", "--path", home.repository.path, "--name", "sample", "--agent", "demo");
    await home.out("create-task", "--title", `Use ${SECRET}`, "--prompt", `It is ${SECRET}.`);
    await home.out("reject", "1", "--reason", `Says ${SECRET}`).catch(() => {});
    db.transact(() => {
      for (let i = 0; i < 3_000; i++)
        appendEvent(db, i, {
          name: i % 10 ? "hook.received" : "guard.denied",
          source: "agent",
          data: { text: `${i} ${SECRET}`, deep: { list: [SECRET] } },
        });
    });
    mkdirSync(paths.backups, { recursive: true });
    db.sql.run("VACUUM INTO ?", [join(paths.backups, "before-schema-2-x.db")]);
    db.transact(() => db.sql.run("DELETE FROM events WHERE seq % 2 = 0"));
    await store();
    expect(holders(JSONED)).toContain("ccm.db-wal");

    const { before, after } = scrub(home.ctx);
    expect(before.kinds["secret DEMO"]).toBeGreaterThan(6_000);
    expect(after.places).toEqual([]);
    for (const spelled of [SECRET, JSONED]) expect(holders(spelled)).toEqual([]);
    expect(db.sql.query("SELECT title, prompt FROM tasks").get()).toEqual({
      title: "Use [redacted secret DEMO]",
      prompt: "It is [redacted secret DEMO].",
    });
    expect(JSON.parse(db.sql.query<{ data: string }, []>("SELECT data FROM events WHERE seq = 501").get()?.data ?? "")).toMatchObject({
      deep: { list: ["[redacted secret DEMO]"] },
    });
    expect(checkAudit(db)).toMatchObject({ damages: [], scrubbed: 300 });
    expect(db.sql.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(await home.json<unknown[]>("audit", "--limit", "1")).toMatchObject([{ name: "home.scrubbed" }]);
  });

  test("goes from files, each of which keeps its length and its lines", async () => {
    const events = recordRun(SECRET);
    const log = write(join(paths.logs, "daemon.log.1"), `{"message":"said ${JSONED}"}\n`);
    const transcript = write(join(paths.task(1).tmp, "home/.claude/projects/x/s.jsonl"), `${JSON.stringify({ text: SECRET })}\n`);
    const sizes = () =>
      [...bytesBelow(paths.home)].filter(([path]) => !/ccm\.db|daemon\.lock/.test(path)).map(([path, bytes]) => [path, bytes.length]);
    await store();
    const before = sizes();
    expect(scrub(home.ctx).after.places).toEqual([]);
    expect(sizes()).toEqual(before);
    for (const path of [events, log, transcript])
      for (const line of readFileSync(path, "utf8").trim().split("\n")) expect(JSON.stringify(JSON.parse(line))).toMatch(/redacted|\*{8}/);
    expect(holders("hunter3")).toEqual([]);
  });

  test("a token that nobody stored goes wherever it stands, in other spellings, too", () => {
    recordRun(`a ${TOKEN} b x${TOKEN}y ${Buffer.from(`me:${TOKEN}`).toString("base64")}`);
    expect(scrub(home.ctx).after.places).toEqual([]);
    expect(holders(TOKEN)).toEqual([]);
    expect(holders(Buffer.from(`me:${TOKEN}`).toString("base64").slice(4, -4))).toEqual([]);
  });

  test("a key goes with all its lines, one that was torn off as far as it goes", () => {
    write(
      join(paths.logs, "x.log"),
      `before\n${KEY}\nafter\n${KEY.slice(0, 200)}\n{"key":${JSON.stringify(KEY)},"torn":${JSON.stringify(KEY.slice(0, 300))},"next":1}\n`,
    );
    expect(scrub(home.ctx).after.places).toEqual([]);
    const text = readFileSync(join(paths.logs, "x.log"), "utf8");
    expect(text).not.toContain("PRIVATE KEY");
    expect(text.split("\n").filter((line) => line === "before" || line === "after")).toHaveLength(2);
    expect(JSON.parse(text.trim().split("\n").at(-1) ?? "")).toMatchObject({ next: 1 });
  });
});

describe("is left alone and said", () => {
  beforeEach(store);
  const leftIn = () => scrub(home.ctx).after.places.map(({ place, kind, files }) => ({ place, kind, files }));

  test("what is in a task's tree, the trash and the settings: that is work", () => {
    const text = `x ${SECRET} y`;
    const files = [
      join(paths.task(1).tree, "a.txt"),
      join(paths.trash, "2/tree/b.txt"),
      join(paths.home, "automations/available/c.sh"),
      paths.config,
    ].map((path) => write(path, text));
    expect(leftIn().map(({ place, kind }) => `${kind} ${place}`)).toEqual([
      "work the tree of task 1",
      "work the trash",
      "work automations",
      "work config.yaml",
    ]);
    for (const path of files) expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("what a project's settings hold: its agents work with that", async () => {
    await home.out("register-project", "--path", home.repository.path, "--agent", "demo", "--env", `KEY=${TOKEN}`);
    expect(leftIn()).toEqual([{ place: "settings of projects", kind: "work", files: [] }]);
  });

  test("a file with another name elsewhere: that may be anybody's", () => {
    const elsewhere = write(join(temporaryFolder(), "of-a-person"), SECRET);
    mkdirSync(paths.task(1).tmp, { recursive: true });
    linkSync(elsewhere, join(paths.task(1).tmp, "linked"));
    expect(leftIn()).toEqual([{ place: "agents' homes", kind: "sessions", files: ["tasks/1/tmp/linked"] }]);
    expect(readFileSync(elsewhere, "utf8")).toBe(SECRET);
  });

  test("what links lead to is not ours", () => {
    const elsewhere = write(join(temporaryFolder(), "of-a-person"), SECRET);
    mkdirSync(paths.task(1).tmp, { recursive: true });
    symlinkSync(elsewhere, join(paths.task(1).tmp, "link"));
    symlinkSync(dirname(elsewhere), join(paths.task(1).tmp, "folder"));
    expect(leftIn()).toEqual([]);
    expect(readFileSync(elsewhere, "utf8")).toBe(SECRET);
  });

  test("the home of an agent at work, and the order of a run that has not begun", () => {
    recordRun(SECRET);
    rmSync(paths.run(1).exit);
    write(join(paths.task(1).tmp, "note"), SECRET);
    const lock = takeLock(paths.run(1).lock);
    const { before } = scrub(home.ctx);
    expect(before.live).toEqual([1]);
    expect(holders(SECRET)).toEqual(["tasks/1/tmp/note"]);
    expect(holders(JSONED)).toEqual(["runs/1/spec.json"]);
    lock?.release();
  });
});

test("looking changes nothing", async () => {
  recordRun(`${SECRET} ${TOKEN}`);
  await store();
  home.ctx.db.sql.run("PRAGMA wal_checkpoint(TRUNCATE)");
  const before = bytesBelow(paths.home);
  const { places, kinds } = lookForSecrets(home.ctx);
  expect(places.map(({ place, found, left }) => [place, found === left])).toEqual([["runs", true]]);
  expect(Object.keys(kinds).sort()).toEqual(["GitHub token", "secret DEMO"]);
  expect(bytesBelow(paths.home)).toEqual(before);
});

test("an empty home has nothing, and says so", async () => {
  expect(await home.out("scrub")).toBe("No secret was found.\n");
  expect(await home.out("scrub", "--dry-run")).toBe("No secret was found.\n");
});

test("twice finds nothing more", async () => {
  recordRun(`${SECRET} ${TOKEN} API_KEY=abcdefgh1234 https://me:passw0rd@example.org/ cookie: sid=0123456789abcdef`);
  await store();
  scrub(home.ctx);
  expect(scrub(home.ctx).before.places).toEqual([]);
});

describe("earlier values", () => {
  const NEW = "another-value-9";
  beforeEach(async () => {
    await store();
    await setSecret(home.ctx, { name: "DEMO", value: NEW });
  });
  const earlier = async () => (await home.json<{ earlierValues: number }[]>("secret", "list")).map(({ earlierValues }) => earlierValues);

  test("are taken out as the one that is kept is, and then looked for no more", async () => {
    recordRun(`${SECRET} ${NEW}`);
    const { after, forgotten } = scrub(home.ctx);
    expect({ places: after.places, forgotten }).toEqual({ places: [], forgotten: ["DEMO"] });
    expect([holders("hunter3"), holders(NEW)]).toEqual([[], []]);
    expect(await earlier()).toEqual([0]);
    recordRun(`${SECRET} ${NEW}`);
    expect(lookForSecrets(home.ctx).kinds).toEqual({ "secret DEMO": 5 });
  });

  test("stay known while one is in work, or an agent could say it again", async () => {
    const inWork = write(join(paths.task(1).tree, "a.txt"), SECRET);
    expect(scrub(home.ctx).forgotten).toEqual([]);
    rmSync(inWork);
    recordRun("nothing");
    rmSync(paths.run(1).exit);
    const lock = takeLock(paths.run(1).lock);
    expect(scrub(home.ctx).forgotten).toEqual([]);
    expect(await earlier()).toEqual([1]);
    lock?.release();
  });
});

test.skipIf(process.getuid?.() === 0)("a file that is closed to us is left, and the command fails [needs a normal user]", async () => {
  await store();
  const path = write(join(paths.logs, "closed.log"), SECRET);
  chmodSync(path, 0o400);
  expect(await home.fault("scrub")).toMatchObject({ code: "failed", message: expect.stringContaining("logs/closed.log") });
  expect(statSync(path).size).toBe(Buffer.byteLength(SECRET));
});
