// Windows with a real daemon, on the built executable: they come and go with the agents, and nothing hangs on them.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { allProcesses, environmentOf } from "../../src/kernel/process.ts";
import { binary } from "../support/binary.ts";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { newHome, SLOW_MS, waitForState } from "../support/home-with-project.ts";
import { waitFor } from "../support/wait.ts";

const WINDOWS = { CCM_WINDOWS_TMUX: "auto" };
const WAIT = "demo: say I wait here\ndemo: await-message\ndemo: write done.txt yes";

/** A daemon with windows, and task 1 whose agent waits for a message. */
async function openWaiting() {
  const home = await newHome();
  await home.startDaemon(WINDOWS);
  const task = await home.json<{ id: number }>("create-task", "--title", "Wait", "--prompt", WAIT);
  await waitFor("the window", () => screen(home).includes("I wait here"), SLOW_MS);
  return { home, task };
}

/** What the window of the first run shows; empty without one. */
function screen(home: HomeUnderTest): string {
  return tmux(home, "capture-pane", "-p", "-t", "ccm:t1-r1");
}

function tmux(home: HomeUnderTest, ...words: string[]): string {
  const env = { PATH: process.env.PATH ?? "", TMUX_TMPDIR: join(home.paths.home, "tmux") };
  return Bun.spawnSync(["tmux", "-L", `ccm-${Bun.hash(home.paths.home).toString(36)}`, ...words], { env }).stdout.toString();
}

function servers(home: HomeUnderTest): number[] {
  const mark = `TMUX_TMPDIR=${join(home.paths.home, "tmux")}`;
  return allProcesses().flatMap(({ pid, name }) => (name.startsWith("tmux: server") && environmentOf(pid).includes(mark) ? [pid] : []));
}

/** `ccm attach 1` in a terminal of 80 columns. */
function attach(home: HomeUnderTest, env: Record<string, string>) {
  let seen = "";
  const client = Bun.spawn([binary(), "attach", "1"], {
    env: { ...home.env, ...WINDOWS, TERM: "xterm-256color", ...env },
    terminal: { cols: 80, rows: 24, data: (_, bytes) => (seen += new TextDecoder().decode(bytes)) },
  });
  return { client, seen: () => seen };
}

test(
  "the server of windows is killed again and again: it comes back, the agent works on, and its task ends",
  async () => {
    const { home, task } = await openWaiting();
    for (let i = 0; i < 3; i++) {
      for (const pid of servers(home)) process.kill(pid, "SIGKILL");
      await waitFor("the window to come back", () => screen(home).includes("I wait here"), SLOW_MS);
    }
    tmux(home, "send-keys", "-t", "ccm:t1-r1", "go on", "Enter");
    await waitForState(home, { ...task, state: "", result: null, error: null, waiting: null }, "done");
    await waitFor("the end in the window", () => screen(home).includes("This window closes in ten minutes."));
    expect(screen(home)).toContain("You said: go on");
  },
  SLOW_MS,
);

test(
  "attach shows the window; Ctrl-C leaves, and window, agent and server stay",
  async () => {
    const { home } = await openWaiting();
    const { client, seen } = attach(home, {});
    await waitFor("the window in the terminal", () => seen().includes("I wait here") && seen().includes("t1-r1"));
    client.terminal?.write("\u0003");
    expect(await client.exited).toBe(0);
    expect(tmux(home, "list-sessions").trim().split("\n")).toHaveLength(1);
    expect(servers(home)).toHaveLength(1);
    expect(await home.json<unknown[]>("list-agents")).toHaveLength(1);
  },
  SLOW_MS,
);

test.each([
  ["inside a tmux of one's own", { TMUX: "/tmp/nowhere,1,0" }],
  ["where windows are off", { CCM_WINDOWS_TMUX: "off" }],
  ["in a terminal that tmux does not know", { TERM: "unheard-of" }],
])(
  "attach %s shows the run without tmux",
  async (_, env) => {
    const { home } = await openWaiting();
    const { client, seen } = attach(home, env);
    await waitFor("the run in the terminal", () => seen().includes("I wait here"));
    expect(seen()).not.toContain("t1-r1");
    client.terminal?.write("go on\n");
    expect(await client.exited).toBe(0);
    expect(seen()).toContain("You said: go on");
  },
  SLOW_MS,
);

test(
  "stop leaves the windows with their agents; stop --now --all ends both",
  async () => {
    const { home } = await openWaiting();
    expect(await home.stopDaemon()).toBe(0);
    expect(servers(home)).toHaveLength(1);
    expect((await home.ccm("stop", "--now", "--all")).code).toBe(0);
    await waitFor("the end of the server", () => servers(home).length === 0);
  },
  SLOW_MS,
);
