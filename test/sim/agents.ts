// Simulated hosts: they start, work, hang, lie, die, and leave files as an exit record.
import type { ExitReason, ExitRecord, HostState, Hosts, RunEvent, RunSpec } from "../../src/agents/schema.ts";
import { advanceTalk, beginTalk, endTalk, hear } from "./talk.ts";
import type { Behaviour, SimHost, SimTree, World } from "./world.ts";

const BEHAVIOURS: readonly Behaviour[] = [
  "work",
  "work",
  "work",
  "work",
  "leave",
  "leave",
  "nothing",
  "fail",
  "fail",
  "partial-fail",
  "hang",
  "garbage",
  "limit",
];

/** What an agent that speaks does besides. */
const SPEAKING: readonly Behaviour[] = [...BEHAVIOURS, "stall", "stall", "loop", "loop", "crash", "context", "no-session", "ask", "ask"];

/** The hosts of a world. Functions that only touch files may crash the daemon before or after they act. */
export function simHosts(world: World, guard: <T>(act: () => T) => T): Hosts {
  return {
    prepare: (spec) => guard(() => prepare(world, spec)),
    launch: (runId) =>
      guard(() => {
        launch(world, runId);
        if (world.chance(world.odds.doubleLaunch)) launch(world, runId);
      }),
    look: (runId) => look(world, runId),
    request: (runId, request) =>
      guard(() => {
        const host = world.hosts.get(runId);
        if (host?.state !== "live") return;
        if (request.kind === "stop") host.stopAt ??= world.clock.elapsed() + 50 + world.random() * 3_000;
        else hear(world, host, request);
      }),
    async reap(runId) {
      const host = world.hosts.get(runId);
      if (!host?.survivor) return [];
      host.survivor = false;
      return [{ pid: 4_000_000 + runId, command: "orphan", how: "directory" }];
    },
    hasSession: (_taskId, session) => world.sessions.has(session),
    ordered: (runId) => world.hosts.get(runId)?.spec ?? null,
    written: (runId) => world.hosts.get(runId)?.events.length ?? 0,
    readEvents: (runId, position) => guard(() => readEvents(world, runId, position)),
    readBefore: (runId, before) => {
      const events = (world.hosts.get(runId)?.events ?? []).slice(0, before).map((event, at) => ({ event, at }));
      return { events, end: events.length };
    },
    pulse: (runId) => ({ isLive: look(world, runId).kind === "live", watchedAt: null, busyAt: null, gitAt: null }),
    list: () => [...world.hosts.keys()],
    remove: (runId) => world.forget(runId),
  };
}

function prepare(world: World, spec: RunSpec): RunSpec {
  const known = world.hosts.get(spec.runId);
  if (known) return known.spec;
  const behaviour = world.odds.fault === 0 ? "work" : world.pick(spec.conversation ? SPEAKING : BEHAVIOURS);
  world.hosts.set(spec.runId, {
    spec,
    state: "new",
    exit: null,
    behaviour,
    endsAt: 0,
    starts: 0,
    stopAt: null,
    survivor: false,
    lateUntil: 0,
    unwantedSince: null,
    boot: world.boots,
    events: [],
    isOwnFailure: false,
    isRefused: false,
  });
  return spec;
}

/** A host that finds the lock taken, or the run started before, leaves: so a second launch changes nothing. */
function launch(world: World, runId: number): void {
  const host = world.hosts.get(runId);
  if (host?.state !== "new") return;
  host.state = "live";
  host.starts += 1;
  host.boot = world.boots;
  const isEndless = host.behaviour === "hang" || host.behaviour === "stall" || host.behaviour === "loop";
  host.endsAt = world.clock.elapsed() + (isEndless ? host.spec.limits.runMs : 100 + world.random() * 20_000);
  beginTalk(world, host);
  checkAlone(world, host);
}

function checkAlone(world: World, host: SimHost): void {
  const live = [...world.hosts.values()].filter((other) => other.state === "live");
  world.mostLive = Math.max(world.mostLive, live.length);
  if (live.some((other) => other !== host && other.spec.taskId === host.spec.taskId))
    world.violate(`two live runs of task ${host.spec.taskId}`);
  const orphans = [...world.hosts.values()].filter((other) => other.survivor && other.spec.taskId === host.spec.taskId);
  if (orphans.length > 0) world.violate(`run r${host.spec.runId} started beside a survivor in the tree of task ${host.spec.taskId}`);
  if (host.starts > 1) world.violate(`run r${host.spec.runId} started twice`);
  const tree = world.trees.get(host.spec.taskId);
  if (!tree?.whole) world.violate(`run r${host.spec.runId} started without a whole tree`);
}

function look(world: World, runId: number): HostState {
  const host = world.hosts.get(runId);
  if (!host) return { kind: "absent" };
  if (host.state === "live" || world.clock.elapsed() < host.lateUntil) return { kind: "live", pid: 1_000_000 + runId };
  if (host.exit) return { kind: "ended", exit: host.exit };
  return host.state === "new" ? { kind: "new" } : { kind: "died", tail: "killed", boot: host.boot === world.boots ? "this" : "earlier" };
}

/** Some at a time, as from a file. */
function readEvents(world: World, runId: number, position: number): { events: RunEvent[]; next: number } {
  const events = world.hosts.get(runId)?.events.slice(position, position + 7) ?? [];
  return { events, next: position + events.length };
}

/** Lets the hosts live until now: those whose time has come act and end. */
export function advanceHosts(world: World): void {
  for (const host of world.hosts.values()) {
    if (host.state !== "live") continue;
    if (world.chance(world.odds.hostKill)) killHost(world, host);
    else if (host.stopAt !== null && host.stopAt <= world.clock.elapsed()) end(world, host, "stopped");
    else if (advanceTalk(world, host)) end(world, host, "exited", 1);
    else if (host.endsAt <= world.clock.elapsed()) finish(world, host);
  }
}

/** kill -9 of a host: its agent may have worked, and may survive it for a while. */
export function killHost(world: World, host: SimHost): void {
  world.count("host killed");
  if (host.spec.kind === "agent" && world.chance(0.5)) work(world, host, "leave");
  host.state = "died";
  host.isOwnFailure = true;
  host.survivor = world.chance(0.5);
}

function finish(world: World, host: SimHost): void {
  if (host.spec.kind !== "agent") return finishCheck(world, host);
  world.count(`agent: ${host.behaviour}`);
  switch (host.behaviour) {
    case "work":
    case "leave":
    case "garbage":
      work(world, host, host.behaviour);
      return end(world, host, "exited", 0);
    case "partial-fail":
      work(world, host, "leave");
      return end(world, host, "exited", 1);
    case "nothing":
      return end(world, host, "exited", 0);
    case "hang":
    case "stall":
    case "loop":
      return end(world, host, "runMs");
    case "ask":
      return end(world, host, "parked", 0);
    case "limit":
      work(world, host, "leave");
      return end(world, host, "memoryBytes");
    case "unstarted-once":
      return end(world, host, "unstarted");
    default:
      return end(world, host, "exited", 1);
  }
}

/** A gate passes unless the commit it sees holds something bad; set-up passes mostly. */
function finishCheck(world: World, host: SimHost): void {
  const tree = world.trees.get(host.spec.taskId);
  if (host.spec.kind === "setup") return end(world, host, "exited", world.chance(world.odds.fault) ? 1 : 0);
  const commit = tree?.shows ?? "";
  const isGood = !Object.values(world.repo.files(commit)).some((text) => text.includes("bad"));
  if (isGood) world.passed.add(commit);
  world.count(isGood ? "gate passed" : "gate failed");
  end(world, host, "exited", isGood ? 0 : 1);
}

function work(world: World, host: SimHost, how: "work" | "leave" | "garbage"): void {
  const tree = world.trees.get(host.spec.taskId);
  if (!tree) return world.violate(`the tree of task ${host.spec.taskId} went away under run r${host.spec.runId}`);
  const files = editedFiles(world, host, tree);
  if (how === "leave") {
    tree.loose = files;
    return;
  }
  tree.tip = world.repo.commit(files, parentsOf(host, tree), `work of r${host.spec.runId}${how === "garbage" ? " garbage" : ""}`);
  tree.shows = tree.tip;
  world.noteWork(host.spec.taskId, tree.tip);
}

/** Told to merge a base, an agent does: the commit has it as second parent. */
function parentsOf(host: SimHost, tree: SimTree): string[] {
  const wanted = /git merge ([0-9a-f]{40})/.exec(host.spec.prompt)?.[1];
  return wanted ? [tree.tip, wanted] : [tree.tip];
}

function editedFiles(world: World, host: SimHost, tree: SimTree): Record<string, string> {
  const merging = /git merge ([0-9a-f]{40})/.exec(host.spec.prompt)?.[1];
  const files: Record<string, string> = {
    ...(merging ? world.repo.files(merging) : {}),
    ...world.repo.files(tree.tip),
    ...(tree.loose ?? {}),
  };
  const isToldOff = host.spec.prompt.includes("did not pass");
  files[`file-${host.spec.taskId}`] =
    isToldOff || world.odds.fault === 0 || world.chance(0.7) ? `good ${host.spec.runId}` : `bad ${host.spec.runId}`;
  if (world.chance(0.3)) files.shared = `${host.spec.taskId}.${host.spec.runId}`;
  return files;
}

function end(world: World, host: SimHost, reason: ExitReason, code: number | null = null): void {
  host.state = "ended";
  const undelivered = world.chance(world.odds.fault / 2) ? ["Use good words."] : [];
  const result = endTalk(world, host, reason === "exited" ? code : null);
  host.isOwnFailure = isOwnFailure(host, reason, code);
  host.exit = { ...record(reason, code, world.clock.now()), undelivered, result };
  if (world.chance(world.odds.lateLook)) host.lateUntil = world.clock.elapsed() + 5_000;
}

/** What ends of a run may use up a try of its task. */
function isOwnFailure(host: SimHost, reason: ExitReason, code: number | null): boolean {
  if (reason === "exited") return code !== 0 && !host.isRefused;
  if (reason === "stopped") return host.spec.conversation !== null;
  return reason !== "parked";
}

function record(reason: ExitReason, code: number | null, at: number): ExitRecord {
  return {
    code,
    signal: code === null ? "SIGKILL" : null,
    reason,
    startedAt: at,
    endedAt: at,
    peakMemoryBytes: 1,
    outputBytes: 1,
    tail: "some output",
    result: null,
    undelivered: [],
  };
}
