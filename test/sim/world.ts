// Everything that outlives a daemon: the repository, the trees, the hosts and their agents, and what went wrong.

import type { ExitRecord, RunEvent, RunSpec } from "../../src/agents/schema.ts";
import { type FakeClock, fakeClock } from "../../src/kernel/clock.ts";
import { mulberry32 } from "../../src/kernel/ids.ts";
import { type Files, SimRepository } from "./repository.ts";

/** How likely each fault is, per chance of it. All zero in the quiet end of a simulation. */
export type Odds = {
  crash: number;
  fault: number;
  hostKill: number;
  slow: number;
  lateLook: number;
  doubleLaunch: number;
  weather: number;
};

export type SimTree = {
  tip: string;
  /** Files in the tree that no commit has. */
  loose: Files | null;
  shows: string;
  /** False while it is half made: only a repetition may use it. */
  whole: boolean;
};

/** What an agent will do in a run, drawn when it starts. */
export type Behaviour =
  | "work"
  | "leave"
  | "nothing"
  | "fail"
  | "partial-fail"
  | "hang"
  | "garbage"
  | "limit"
  | "unstarted-once"
  | "stall"
  | "loop"
  | "crash"
  | "context"
  | "no-session"
  | "ask";

export type SimHost = {
  spec: RunSpec;
  /** `new` before it started, `live` while it holds the lock. */
  state: "new" | "live" | "ended" | "died";
  exit: ExitRecord | null;
  behaviour: Behaviour;
  endsAt: number;
  starts: number;
  stopAt: number | null;
  /** A process of it that is still in the tree after its host is gone. */
  survivor: boolean;
  /** Until then `look` answers as if it were still live: a fact that comes late. */
  lateUntil: number;
  /** Since when its task does not want it any more, in elapsed time. */
  unwantedSince: number | null;
  /** Which boot of the machine it started in. */
  boot: number;
  /** What it has recorded. */
  events: RunEvent[];
  /** It ended for a reason that may use up a try of its task. */
  isOwnFailure: boolean;
  /** Its provider refused it. */
  isRefused: boolean;
};

/** How the provider of all agents that speak answers. */
export const WEATHERS = ["fair", "down", "unreachable", "limited", "login", "billing"] as const;
export type Weather = (typeof WEATHERS)[number];

/** Thrown through a daemon that has just been killed. */
export class Killed extends Error {}

export class World {
  readonly clock: FakeClock = fakeClock();
  readonly random: () => number;
  readonly repo = new SimRepository();
  readonly trees = new Map<number, SimTree>();
  readonly trash = new Map<number, SimTree>();
  readonly hosts = new Map<number, SimHost>();
  /** Runs that failed by themselves and whose folders are gone, counted by task. */
  readonly forgottenFailures = new Map<number, number>();
  /** Commits that a simulated gate let pass. */
  readonly passed = new Set<string>();
  /** Every commit that an agent made, by task: none may be lost. */
  readonly work = new Map<number, Set<string>>();
  /** Commits of the person's on the base branch. */
  readonly personal: string[] = [];
  readonly violations: string[] = [];
  /** Counts what happened, for the report of a simulation. */
  readonly tally = new Map<string, number>();
  odds: Odds;
  /** Counts daemons: what belongs to an earlier one is dead. */
  epoch = 0;
  mostLive = 0;
  weather: Weather = "fair";
  /** When the limit of the account ends, epoch ms. */
  limitUntil = 0;
  /** Sessions of agents that can be gone on with. */
  readonly sessions = new Set<string>();
  /** How often somebody set the wall clock: what should be waited for is not known any more then. */
  jumps = 0;
  /** What the login of the agent looks like; a person who mends it changes it. */
  login = "login 0";
  /** Counts restarts of the machine. */
  boots = 0;
  /** The base as the invariants last saw it. */
  checkedBase = "";

  constructor(seed: number, odds: Odds) {
    this.random = mulberry32(seed);
    this.odds = odds;
    const first = this.repo.commit({ readme: "hello", shared: "0" }, [], "first");
    this.repo.refs.set("refs/heads/main", first);
    this.personal.push(first);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.random() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  violate(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }

  /** Removes a run's folder: only what the invariants count of it is left. */
  forget(runId: number): void {
    const host = this.hosts.get(runId);
    if (host?.isOwnFailure) this.forgottenFailures.set(host.spec.taskId, (this.forgottenFailures.get(host.spec.taskId) ?? 0) + 1);
    this.hosts.delete(runId);
  }

  /** Kills the daemon: nothing of it may act any more. */
  crash(): void {
    this.epoch += 1;
    this.count("daemon killed");
  }

  noteWork(taskId: number, commit: string): void {
    this.work.set(taskId, (this.work.get(taskId) ?? new Set()).add(commit));
  }
}
