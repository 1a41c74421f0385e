// The log file: lines that machines read, no secrets, a size that stays bounded.
import { expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fakeClock } from "../../src/kernel/clock.ts";
import { createLog, logLine } from "../../src/kernel/log.ts";
import { temporaryFolder } from "../support/folders.ts";

function open(limits?: { fileBytes: number; kept: number }) {
  const folder = temporaryFolder();
  const file = join(folder, "ccm.log");
  return {
    folder,
    file,
    lines: () =>
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    limits,
  };
}

test("a line has time, level, message and fields, and levels below the chosen one are left out", () => {
  const { file, lines } = open();
  const log = createLog(fakeClock(0), { file, level: "info" });
  log.debug("unseen");
  log.info("started", { port: 8_765 });
  log.error("failed", { at: "here" });
  expect(lines()).toEqual([
    { at: "1970-01-01T00:00:00.000Z", level: "info", message: "started", port: 8_765 },
    { at: "1970-01-01T00:00:00.000Z", level: "error", message: "failed" },
  ]);
});

test("secrets do not reach the file, and only the owner can read it", () => {
  const { file } = open();
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  const log = createLog(fakeClock(0), { file, level: "debug" });
  const token = `ghp_${"x1".repeat(18)}`;
  log.warn(`pushed with ${token}`, { url: `https://me:${token}@host/`, nested: { authorization: "abc" } });
  expect(readFileSync(file, "utf8")).not.toContain(token);
  expect(readFileSync(file, "utf8")).not.toContain("abc");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("files rotate by size and the oldest go", () => {
  const { folder, file } = open();
  const log = createLog(fakeClock(0), { file, level: "info", limits: { fileBytes: 500, kept: 2 } });
  for (let i = 0; i < 40; i++) log.info(`line ${i}`);
  expect(readdirSync(folder).sort()).toEqual(["ccm.log", "ccm.log.1", "ccm.log.2"]);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(500);
  const kept = ["ccm.log.2", "ccm.log.1", "ccm.log"].flatMap((name) => readFileSync(join(folder, name), "utf8").match(/line \d+/g) ?? []);
  expect(kept.at(-1)).toBe("line 39");
  expect(kept).toEqual(kept.map((_, i) => `line ${40 - kept.length + i}`));
});

test("an endless line is cut and says so; one line stays one line", () => {
  const line = logLine(0, "info", `a\nb${"x".repeat(100_000)}`, { more: "y".repeat(100_000) });
  expect(line.length).toBeLessThan(16_000);
  expect(line.trimEnd()).not.toContain("\n");
  expect(JSON.parse(line)).toMatchObject({ cut: true, level: "info" });
});

test("a log that cannot be written does not stop the program", () => {
  const log = createLog(fakeClock(0), { file: join(temporaryFolder(), "missing", "ccm.log"), level: "info" });
  expect(() => log.info("lost")).not.toThrow();
});
