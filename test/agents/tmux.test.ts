// Windows on live runs: a real tmux, real hosts, and what happens when either of them dies.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Windows } from "../../src/agents/schema.ts";
import { hasRoomForSocket } from "../../src/agents/view/tmux.ts";
import { createWindows } from "../../src/agents/view/windows.ts";
import { type Paths, pathsAt } from "../../src/kernel/paths.ts";
import { allProcesses, environmentOf, ownCommand } from "../../src/kernel/process.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { temporaryHome } from "../support/folders.ts";
import { demo, type Lab, openRuns, runs, until } from "../support/runs.ts";

const RUN = { runId: 1, taskId: 1 };
const WAITING = demo("demo: say I wait here\ndemo: await-message\ndemo: no-change");

function openWindows(paths: Paths, when: "auto" | "off" = "auto"): Windows {
  const windows = createWindows({ paths, executable: ownCommand(), when, elapsed: () => performance.now() });
  afterThisTest(() => createWindows({ paths, executable: [], when: "auto", elapsed: () => 0 }).end());
  return windows;
}

/** A home whose run 1 waits for a message, with a window on it. */
async function openWaiting(): Promise<{ lab: Lab; windows: Windows }> {
  const lab = openRuns();
  afterThisTest(() => end(lab));
  lab.launch(WAITING);
  await until("the run to start", () => lab.hosts.look(1).kind === "live");
  const windows = openWindows(lab.paths);
  await windows.show([RUN]);
  return { lab, windows };
}

async function end(lab: Lab): Promise<void> {
  if (lab.hosts.look(1).kind !== "live") return;
  lab.hosts.request(1, { kind: "stop", how: "now" });
  await lab.ended();
}

/** The servers of a home: processes of tmux that no view's terminal belongs to. */
function servers(paths: Paths): number[] {
  const mark = `TMUX_TMPDIR=${join(paths.home, "tmux")}`;
  return allProcesses().flatMap(({ pid, name }) => (name.startsWith("tmux: server") && environmentOf(pid).includes(mark) ? [pid] : []));
}

/** Asks the home's server. */
function tmux(paths: Paths, ...words: string[]): string {
  const env = { PATH: process.env.PATH ?? "", TMUX_TMPDIR: join(paths.home, "tmux") };
  const name = `ccm-${Bun.hash(paths.home).toString(36)}`;
  return Bun.spawnSync(["tmux", "-L", name, ...words], { env }).stdout.toString();
}

const names = (paths: Paths) => tmux(paths, "list-windows", "-t", "ccm", "-F", "#{window_name}").trim().split("\n");
const screen = (paths: Paths, name: string) => tmux(paths, "capture-pane", "-p", "-t", `ccm:${name}`);

test("a live run has a window that shows it, and takes what is typed", async () => {
  const { lab, windows } = await openWaiting();
  expect(names(lab.paths)).toEqual(["t1-r1"]);
  await until("the view", () => screen(lab.paths, "t1-r1").includes("I wait here"));
  tmux(lab.paths, "send-keys", "-t", "ccm:t1-r1", "go on", "Enter");
  await lab.ended();
  await until("the end in the window", () => screen(lab.paths, "t1-r1").includes("This window closes in ten minutes."));
  expect(screen(lab.paths, "t1-r1")).toContain("You said: go on");
  expect(screen(lab.paths, "t1-r1")).toMatch(/■ Exited with 0 after/);
  await windows.end();
  await until("the end of the server", () => servers(lab.paths).length === 0);
});

test("with the windows it wants in place it asks nobody, and a run more is noticed", async () => {
  const { windows } = await openWaiting();
  expect(windows.areBehind([RUN])).toBe(false);
  expect(windows.areBehind([])).toBe(false);
  expect(windows.areBehind([RUN, { runId: 2, taskId: 2 }])).toBe(true);
});

test.each(["kill-server", "SIGKILL"])("its server ended by %s costs the run nothing, and is made again", async (how) => {
  const { lab, windows } = await openWaiting();
  const [server = 0] = servers(lab.paths);
  if (how === "SIGKILL") process.kill(server, "SIGKILL");
  else tmux(lab.paths, "kill-server");
  await until("the end of the server", () => !runs(server));
  expect(lab.hosts.look(1).kind).toBe("live");
  expect(windows.areBehind([RUN])).toBe(true);
  await windows.show([RUN]);
  expect(windows.areBehind([RUN])).toBe(false);
  await until("the view", () => screen(lab.paths, "t1-r1").includes("I wait here"));
});

test("another daemon takes over the windows that are there", async () => {
  const { lab } = await openWaiting();
  const next = openWindows(lab.paths);
  expect(next.areBehind([RUN])).toBe(true);
  await next.show([RUN]);
  expect(next.areBehind([RUN])).toBe(false);
  expect(names(lab.paths)).toEqual(["t1-r1"]);
});

test("homes do not meet: each has a server of its own, below itself", async () => {
  const [one, other] = [await openWaiting(), await openWaiting()];
  await one.windows.end();
  await until("the end of its server", () => servers(one.lab.paths).length === 0);
  expect(names(other.lab.paths)).toEqual(["t1-r1"]);
});

test("there are at most 24 windows: the oldest of runs that are over make room", async () => {
  const paths = temporaryHome();
  const windows = openWindows(paths);
  const orders = Array.from({ length: 30 }, (_, i) => ({ runId: i + 1, taskId: i + 1 }));
  await windows.show(orders.slice(0, 20));
  await windows.show(orders.slice(19));
  expect(names(paths)).toHaveLength(24);
  expect(names(paths)[0]).toBe("t7-r7");
  await windows.show(orders);
  expect(windows.areBehind(orders)).toBe(false);
});

test("nothing is made where windows are off, or the path of the socket is too long", async () => {
  const paths = temporaryHome();
  const off = openWindows(paths, "off");
  expect(off.areBehind([RUN])).toBe(false);
  await off.show([RUN]);
  expect(await off.attach(RUN)).toBe("none");
  const deep = pathsAt(join(paths.home, "x".repeat(100)));
  expect([hasRoomForSocket(paths), hasRoomForSocket(deep)]).toEqual([true, false]);
  const none = openWindows(deep);
  await none.show([RUN]);
  expect(none.areBehind([RUN])).toBe(false);
  expect(existsSync(join(paths.home, "tmux"))).toBe(false);
});
