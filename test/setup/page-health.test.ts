// The page on health: what is known at once, what is tried when somebody asks, and what the log complains of.
import { beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appendEvent } from "../../src/kernel/events.ts";
import { lastComplaints } from "../../src/setup/log-tail.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { openSite, type TestSite } from "../support/site.ts";

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  mkdirSync(home.paths.logs, { recursive: true });
  site = await openSite(home.ctx);
});

const write = (...lines: string[]) => writeFileSync(join(home.paths.logs, "daemon.log"), `${lines.join("\n")}\n`);
const line = (level: string, message: string, more = {}) => JSON.stringify({ at: "2030-01-01T00:00:00.000Z", level, message, ...more });

test("says what is well and what is not, with what to do", async () => {
  const { status, main } = await site.get("/health");
  expect(status).toBe(200);
  expect(main).toContain("It does not run.");
  expect(main).toContain("ccm start");
  expect(main).toMatch(/\d [GMT]B free/);
  expect(main).toContain("Not tried since the daemon started.");
  expect(main).toContain("The log complains of nothing.");
});

test("counts what guards refused within a day, and warns of calls that nobody judged in time", async () => {
  const { db, clock } = home.ctx;
  const verdict = (name: string, late: boolean, at = clock.now()) =>
    db.transact(() => appendEvent(db, at, { name, source: "host", data: { tool: "Bash", subject: "git push", reason: "No.", late } }));
  verdict("guard.denied", false, clock.now() - 2 * 86_400_000);
  expect((await site.get("/health")).main).not.toContain("Within 24 h");
  verdict("guard.denied", false);
  verdict("guard.asked", false);
  expect((await site.get("/health")).main).toContain("1 call was refused, and 1 call was asked of a person.");
  verdict("guard.denied", true);
  const { main } = await site.get("/health");
  expect(main).toContain("2 calls were refused");
  expect(main).toContain("1 call was refused because nobody judged in time.");
  expect(main).toContain("ccm automations logs");
});

test("shows the last warnings and errors of the log, the newest first, as text", async () => {
  write(line("error", "old"), line("info", "quiet"), "torn {", line("warn", "<b>loud</b>", { why: "\u001b[31m" }), '{"at":1}', '"text"');
  expect(lastComplaints(home.paths).map(({ level, message }) => `${level} ${message}`)).toEqual(["warn <b>loud</b>", "error old"]);
  const { main } = await site.get("/health");
  expect(main).toContain("&lt;b&gt;loud&lt;/b&gt;");
  expect(main).not.toMatch(/quiet|<b>|(?!\n)\p{Cc}/u);
});

test("of a log of megabytes only the end is read", () => {
  write(line("error", "long ago"), ...Array.from({ length: 50_000 }, () => line("info", "x".repeat(100))), line("error", "now"));
  expect(lastComplaints(home.paths).map(({ message }) => message)).toEqual(["now"]);
});
