// A ccm home in which a test runs whole command lines: real commands, database and git, a clock that stands still.
import { expect } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunRequest } from "../../src/agents/schema.ts";
import { contents } from "../../src/contents.ts";
import { type FakeClock, fakeClock } from "../../src/kernel/clock.ts";
import { runCommandLine } from "../../src/kernel/command-line.ts";
import { loadConfig } from "../../src/kernel/config.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { openDatabase } from "../../src/kernel/database.ts";
import { seededIds } from "../../src/kernel/ids.ts";
import { createJobs } from "../../src/kernel/jobs.ts";
import { silentLog } from "../../src/kernel/log.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";
import type { Paths } from "../../src/kernel/paths.ts";
import { modules } from "../../src/modules.ts";
import { realOutside } from "../../src/outside.ts";
import { sections } from "../../src/setup/config.ts";
import { temporaryHome } from "./folders.ts";
import { makeRepository, type TestRepository } from "./repository.ts";

process.env.TZ = "UTC"; // The logs of `ccm logs` are in the machine's time, and golden texts are not.

export type Ended = { out: string; error: string; exit: number };

export type CommandHome = {
  paths: Paths;
  clock: FakeClock;
  /** Stays open beside the commands, as the daemon's would. */
  ctx: Ctx;
  repository: TestRepository;
  /** What was asked of hosts, in order. */
  requests: { runId: number; request: RunRequest }[];
  /** Runs a command line to its end in 80 columns; paths of this machine are replaced by HOME and REPO. */
  ccm(...words: string[]): Promise<Ended>;
  /** The output of a command line that must succeed. */
  out(...words: string[]): Promise<string>;
  /** The same with --json, parsed. */
  json<T = Record<string, unknown>>(...words: string[]): Promise<T>;
  /** The Fault of a command line that must fail, as JSON gives it, with the exit code. */
  fault(...words: string[]): Promise<{ code: string; message: string; hint: string; exit: number }>;
};

/** An empty home with a database, and a repository that is not registered yet. Removed after the current test. */
export function openCommandHome(): CommandHome {
  const paths = temporaryHome();
  mkdirSync(paths.home, { recursive: true, mode: 0o700 });
  const repository = makeRepository();
  const clock = fakeClock();
  const ids = seededIds(1, () => clock.now());
  const requests: CommandHome["requests"] = [];
  const open = (): Ctx => {
    const db = openDatabase(paths.database);
    migrate(db, MIGRATIONS, paths.backups, clock.now());
    const config = loadConfig(sections, paths.config, {});
    const outside = realOutside(paths, config, { level: () => "kernel", ownUser: () => false });
    const hosts = { ...outside.hosts, request: (runId: number, request: RunRequest) => void requests.push({ runId, request }) };
    const machine = { freeMemoryBytes: () => 8e9, freeDiskBytes: () => 1e12, load: () => 0, cores: () => 4 };
    return { paths, db, clock, ids, config, log: silentLog, jobs: createJobs(clock, () => {}), outside: { ...outside, hosts, machine } };
  };
  const anonymous = (text: string) => text.replaceAll(paths.home, "HOME").replaceAll(repository.path, "REPO");
  const home: CommandHome = {
    paths,
    clock,
    ctx: open(),
    repository,
    requests,
    async ccm(...words) {
      const ended = { out: "", error: "" };
      const terminal = {
        words,
        out(text: string) {
          ended.out += text;
        },
        error(text: string) {
          ended.error += text;
        },
        columns: 80,
        palette: { out: "plain", error: "plain" } as const,
      };
      const exit = await runCommandLine({ version: "1.2.3", modules, contents, open: async () => open() }, terminal);
      return { out: anonymous(ended.out), error: anonymous(ended.error), exit };
    },
    async out(...words) {
      const ended = await home.ccm(...words);
      expect(ended).toMatchObject({ error: "", exit: 0 });
      return ended.out;
    },
    json: async (...words) => JSON.parse(await home.out(...words, "--json")),
    async fault(...words) {
      const { error, exit } = await home.ccm(...words, "--json");
      return { ...JSON.parse(error).error, exit };
    },
  };
  return home;
}

const GOLDEN = join(import.meta.dir, "../golden");

/** Compares with `test/golden/<name>.txt`; UPDATE_GOLDEN=1 writes it instead, to be looked at before it is committed. */
export function expectGolden(name: string, text: string): void {
  const file = join(GOLDEN, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const line of text.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
  expect(existsSync(file) ? readFileSync(file, "utf8") : `There is no ${file}; UPDATE_GOLDEN=1 writes it.`).toBe(text);
}
