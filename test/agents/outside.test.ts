// What the daemon sees outside: hosts of an earlier boot, and whether a login is still the one that failed.
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { agentsSection } from "../../src/agents/config.ts";
import { createLogins } from "../../src/agents/outside.ts";
import { temporaryFolder } from "../support/folders.ts";
import { openRuns, until } from "../support/runs.ts";

test("a host that died with an earlier boot of the machine is told from one that was killed", async () => {
  const lab = openRuns();
  lab.launch({ argv: ["sh", "-c", "echo here > here; sleep 100"] });
  await lab.wrote("here");
  const host = lab.hosts.look(1);
  if (host.kind !== "live") throw new Error(`the host is ${host.kind}`);
  process.kill(host.pid, "SIGKILL");
  await until("the lock to be free", () => lab.hosts.look(1).kind === "died");
  expect(lab.hosts.look(1)).toMatchObject({ kind: "died", boot: "this" });
  await lab.hosts.reap(1, 1);
  const { started } = lab.paths.run(1);
  writeFileSync(started, JSON.stringify({ ...JSON.parse(readFileSync(started, "utf8")), bootId: "another" }));
  expect(lab.hosts.look(1)).toMatchObject({ kind: "died", boot: "earlier" });
  expect(await lab.hosts.reap(1, 1)).toEqual([]);
});

test("a login looks different once a person has logged in anew, or changed the agent's settings", () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const login = join(folder, ".credentials.json");
  const look = (env: Record<string, string>) =>
    createLogins(v.parse(agentsSection, { claude: { env: { CLAUDE_CONFIG_DIR: folder, ...env } } })).fingerprint("claude");
  const without = look({});
  expect(look({})).toBe(without);
  writeFileSync(login, "{}");
  const first = look({});
  utimesSync(login, 1, 1);
  const again = look({});
  expect(new Set([without, first, again, look({ ANTHROPIC_API_KEY: "k" })]).size).toBe(4);
});
