// An agent in the real sandbox tries to reach the page that decides about it, with every proof that it could have stolen.
import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/kernel/database.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { binary } from "../support/binary.ts";
import { git, makeRepository, SLOW_MS, type Task, waitForState } from "../support/home-with-project.ts";
import { exchange, request } from "./raw.ts";
import { openWebSite, type WebSite } from "./site.ts";

beforeAll(() => {
  binary();
}, 120_000);

let site: WebSite;
afterEach(() => site.home.remove());

const CONFIG = "agents:\n  intruder:\n    command: python3\n    args: [intruder.py]\n";

/** Files are hidden, and whatever is shown at the door is worth nothing. */
function expected(what: string): unknown {
  if (/^(?:the token file|the database|what the daemon)/.test(what))
    return expect.stringMatching(/^(?:FileNotFoundError|PermissionError)$/);
  if (what === "the token, from an orphan") return "401";
  // At the level without sockets of files nothing can travel.
  if (what === "the token, on a connection that travels") return expect.stringMatching(/^(?:HTTP\/1\.1 401|PermissionError|OSError)/);
  return { status: 401, cookie: null, isPage: false };
}

describe.each(["namespace", "kernel"])("in a sandbox of the level %s", (level) => {
  test(
    "an agent gets nothing",
    async () => {
      site = await openWebSite("intruder", { env: { CCM_SANDBOX_LEVEL: level }, config: CONFIG });
      const { home, port, token, cookie } = site;
      const task = await runIntruder();
      const found = JSON.parse(git(home, join(home.root, "repo"), "show", `ccm/task-${task.id}:found.json`)) as Record<string, unknown>;

      expect(found).toEqual({
        ...Object.fromEntries(Object.keys(found).map((what) => [what, expected(what)])),
        "the open address": { status: 200, cookie: null, isPage: false },
        "has a token of its own": true,
      });

      // What it had is worth nothing to anybody any more, but for the token, which scripts of the person have, too.
      expect((await exchange(port, request("GET /", site.host, [`Cookie: ${cookie}`]))).status).toBe(401);
      expect((await exchange(port, request("GET /", site.host, [`Authorization: Bearer ${token}`]))).status).toBe(200);
      expect((await home.json<Task[]>("list-tasks")).map(({ id }) => id)).toEqual([task.id]);
      expect(refusals()).toEqual(
        expect.arrayContaining([
          "a link",
          "a token",
          ...["a link", "the token", "a cookie"].map((what) => `${what}, shown by a process of a run,`),
        ]),
      );
    },
    2 * SLOW_MS,
  );
});

/** A task whose agent is the intruder, in possession of everything; it waits for approval at the end. */
async function runIntruder(): Promise<Task> {
  const { home, port, token, cookie } = site;
  const repo = join(home.root, "repo");
  makeRepository(home, repo);
  copyFileSync(join(import.meta.dir, "intruder.py"), join(repo, "intruder.py"));
  git(home, repo, "add", ".");
  git(home, repo, "commit", "-q", "-m", "Intruder");
  await home.json("register-project", "--path", repo, "--agent", "intruder", "--approval", "ask");
  const order = JSON.stringify({ port, token, cookie, link: await site.link(), home: home.paths.home });
  const task = await home.json<Task>("create-task", "--project", "repo", "--title", "Look around", "--prompt", order);
  return await waitForState(home, task, "approving");
}

/** What the record says that was shown in vain. */
function refusals(): unknown[] {
  const db = openDatabase(site.home.paths.database, "existing");
  try {
    return readEvents(db, { after: 0, limit: 1_000 }).flatMap(({ name, data }) => (name === "session.refused" ? [data.what] : []));
  } finally {
    db.close();
  }
}
