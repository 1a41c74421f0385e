// Runs and their hosts: what the daemon orders, what a host records, what both may assume.
import type { GuardRules, Verdict } from "../hooks/rules.ts";
import type { AutomationOrder, HookBrief } from "../hooks/schema.ts";
import type { RunRights, SandboxLevel, SandboxSpec } from "../sandbox/schema.ts";
import type { Activity, Observed, Pulse, Usage } from "./signs/signs.ts";

/** `agent`: a coding agent. `setup`: a project's set-up command. `gate`: a project's check. All run under a host. */
export const RUN_KINDS = ["agent", "setup", "gate"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Limits of one run; each ends the run with its name as the reason. */
export type RunLimits = {
  runMs: number;
  /** Sum of resident memory of the agent and all its descendants. */
  memoryBytes: number;
  /** Processes below the host at one time. */
  children: number;
  /** Bytes the run folder may take (events and output). */
  outputBytes: number;
  /** Bytes of tree, private git directory and spool together, looked at every few seconds. */
  treeBytes: number;
  /** Commits made, as the private git directory's own log says: it stops what runs wild, not what hides. */
  commits: number;
  /** Time between SIGINT and SIGKILL. */
  stopMs: number;
};

/** How the prompt reaches the command. `none` for gates and set-up. */
export type PromptBy = "argument" | "stdin" | "file" | "none";

/** `text`: each line is a line. `stream-json`: each line is a JSON object; others are kept as text. */
export type OutputFormat = "text" | "stream-json";

/**
 * How the host of an agent that speaks stream-json both ways talks to it. In `argv`, `{runUrl}` is filled in by the host
 * with the address of its endpoint.
 */
export type Conversation = {
  protocol: "claude";
  /** The agent's own session: fixed in advance, and the same for every run that goes on with it. */
  session: string;
  /** What the agent's private home is made from before it starts; null leaves it as it is. */
  home: HomeOrder | null;
  /** Nothing is said at the start: the session goes on by itself with the call that it was deferred at. */
  silent: boolean;
  /** How long a question waits with the agent's process alive, in ms; then the run is parked. */
  parkMs: number;
  /** How long the agent may stay without a turn, in ms, while it is expected to go on by itself or a person to speak. */
  idleMs: number;
};

/**
 * What an agent's own home is made from: the person's `~/.claude` and `~/.claude.json`, and whom to trust. Absolute paths.
 * `servers` are the person's MCP servers, whose settings hold tokens.
 */
export type HomeOrder = { configFolder: string; stateFile: string; repository: string; tree: string; servers: "kept" | "left out" };

export const ANSWER_VERDICTS = ["allow", "deny"] as const;
export type AnswerVerdict = (typeof ANSWER_VERDICTS)[number];

/** What a person said to a question; `text` is for the agent. It is about the call with this id, or one just like it. */
export type Answer = { key: string; tool: string; input: unknown; verdict: AnswerVerdict; text: string };

/** What an agent asks a person: to allow a tool's call, or (tool AskUserQuestion) to choose. `key` is the call's id. */
export type Question = { key: string; tool: string; input: unknown; why: string };

/**
 * How a call of a tool was judged, when it was not just allowed. `subject` is what the call is about, `by` what decided,
 * `late`: nothing was decided in time, and so it was refused.
 */
export type GuardVerdict = { tool: string; subject: string; verdict: Verdict; reason: string; by: string; tookMs: number; late: boolean };

/** `runs/<n>/spec.json`: everything a host needs; it reads nothing else of CCM_HOME. No secret is in it. */
export type RunSpec = {
  runId: number;
  taskId: number;
  kind: RunKind;
  title: string;
  argv: string[];
  prompt: string;
  promptBy: PromptBy;
  output: OutputFormat;
  /** Null for everything that is only given a prompt. */
  conversation: Conversation | null;
  /** What calls of its tools are judged by. */
  guard: GuardRules;
  /** Programs of the person that run at its events, see `runAutomations`. */
  automations: AutomationOrder[];
  /** What a person said to questions that earlier runs of this task were ended with. */
  answers: Answer[];
  env: Record<string, string>;
  sandbox: SandboxSpec;
  limits: RunLimits;
  treePath: string;
  gitPath: string;
};

/**
 * Why a run ended: by itself, because somebody asked, or because of the limit named. `unstarted`: the command could
 * not start. `died`: the host was killed, `rebooted`: with the whole machine; the daemon says so for it. `parked`: a question of the agent waits for a person.
 */
export type ExitReason =
  | "exited"
  | "stopped"
  | "unstarted"
  | "died"
  | "rebooted"
  | "parked"
  | "runMs"
  | "memoryBytes"
  | "children"
  | "outputBytes"
  | "treeBytes"
  | "commits";

/** `runs/<n>/exit.json`. Exactly one of `code` and `signal` is not null, but for `unstarted`. Times are epoch ms. */
export type ExitRecord = {
  code: number | null;
  signal: string | null;
  reason: ExitReason;
  startedAt: number;
  endedAt: number;
  peakMemoryBytes: number;
  outputBytes: number;
  /** The last lines of output, at most 8 kB, redacted. */
  tail: string;
  /** The command's own last `result` object, when its output is stream-json. A claim. */
  result: Record<string, unknown> | null;
  /** Messages of a person that did not reach the command: they go to the next run. */
  undelivered: string[];
};

/**
 * `absent`: no run folder. `new`: a folder, never started. `live`: a host holds the lock. `ended`: exit.json is there.
 * `died`: it started and nobody holds the lock and no exit.json was written; since `boot`, or with the machine before it.
 */
export type HostState =
  | { kind: "absent" }
  | { kind: "new" }
  | { kind: "live"; pid: number }
  | { kind: "ended"; exit: ExitRecord }
  | { kind: "died"; tail: string; boot: "this" | "earlier" };

/** A request file in `runs/<n>/requests/`, written by rename and obeyed once. `now` skips the wait before SIGKILL. */
export type RunRequest =
  | { kind: "stop"; how: "gently" | "now" }
  | { kind: "message"; text: string }
  /** Ends the turn, not the agent. */
  | { kind: "interrupt" }
  | { kind: "answer"; answer: Answer };

/** A line of `runs/<n>/events.jsonl`, at most 64 kB; a longer text is in `output/<file>`. */
export type RunEvent = {
  seq: number;
  at: number;
  /**
   * `json`: a line of the agent's stream. `hook`: `text` is the event's name, `json` its body. `question`, `answer`: `json`
   * is a Question, an Answer. `verdict`: `json` is a GuardVerdict. `automation`: an AutomationRecord. `refused`: `json` is a Refusal of the
   * network. `interrupt`: a person ended the turn.
   */
  kind:
    | "started"
    | "output"
    | "error-output"
    | "json"
    | "hook"
    | "question"
    | "answer"
    | "verdict"
    | "automation"
    | "refused"
    | "message"
    | "interrupt"
    | "stop"
    | "limit"
    | "note"
    | "exited";
  text?: string;
  json?: unknown;
  file?: string;
  /** Of a hook whose body was cut: what the whole body said. */
  brief?: HookBrief;
};

/** A part of `events.jsonl`: events with the byte that the line of each begins at, and the byte after the last line. */
export type Stretch = { events: { event: RunEvent; at: number }[]; end: number };

/** A process that outlived its run, as found by descent, environment marker or working directory. */
export type Survivor = { pid: number; command: string; how: "descendant" | "cgroup" | "marker" | "directory" };

/** Hosts as the loop sees them. Each function is safe to repeat. Faults: `environment`. */
export type Hosts = {
  /** Writes the run folder; an existing spec is left as it is. Gives the one that counts. */
  prepare(spec: RunSpec): RunSpec;
  /** Starts `ccm host <n>` detached. A second host of the same run finds the lock taken, or the run started, and leaves. */
  launch(runId: number): void;
  /** Looks at lock and files; microseconds. */
  look(runId: number): HostState;
  request(runId: number, request: RunRequest): void;
  /** The spec that a run was started with; null without one, or where another version of ccm wrote it. */
  ordered(runId: number): RunSpec | null;
  /** Bytes that the host has written of the run's events; 0 before the first. */
  written(runId: number): number;
  /** Whole lines of the run's events from a byte on, some at a time; `next` is the byte to go on from, the same when there is none. */
  readEvents(runId: number, position: number): { events: RunEvent[]; next: number };
  /** The whole lines among the last `bytes` before a byte at which a line begins, or before the end. */
  readBefore(runId: number, before: number, bytes: number): Stretch;
  /** What the run's processes do; looked at anew after some seconds only. */
  pulse(runId: number, taskId: number): Pulse;
  /** Kills whatever survived the run and proves that nothing does. Faults: `environment` when something cannot be killed. */
  reap(runId: number, taskId: number): Promise<Survivor[]>;
  /** Whether the agent's own session of this id is still in the task's home. */
  hasSession(taskId: number, session: string): boolean;
  /** Run numbers that have a folder. */
  list(): number[];
  /** Deletes a run folder that no host holds. */
  remove(runId: number): void;
};

/**
 * The machine, for admission: `load` is the average number of processes that want to run, over a minute; the disk is the one
 * that CCM_HOME is on, with what its user may still write there.
 */
export type Machine = { freeMemoryBytes(): number; freeDiskBytes(): number; load(): number; cores(): number };

/** What the login of an agent looks like, without its secrets: it differs when a person has logged in anew, or changed its settings. */
export type Logins = { fingerprint(agent: string): string };

declare module "../kernel/context.ts" {
  interface Outside {
    hosts: Hosts;
    machine: Machine;
    logins: Logins;
    windows: Windows;
  }
}

/** `claimed`: it has its slot. `starting`: the run folder is there. `ended`: its host is gone. `finished`: its outcome is applied. */
export const RUN_STATES = ["claimed", "starting", "running", "ended", "finished"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What came of a run, as facts say it. */
export const RUN_OUTCOMES = ["passed", "failed", "stopped", "died", "limit", "unstarted"] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** A run's row. `agent` is the agent's name, or the gate's; `commit` is the commit that the tree must show. Times are epoch ms. */
export type Run = {
  id: number;
  uuid: string;
  taskId: number;
  projectId: number;
  kind: RunKind;
  state: RunState;
  agent: string;
  /** Which run of its kind it is for the task, from 1. */
  attempt: number;
  /** Why this run was made: no model is called without a recorded cause. */
  cause: string;
  /** The agent's own session, when its driver knows sessions. */
  session: string | null;
  commit: string | null;
  command: string | null;
  sandbox: SandboxLevel | null;
  rights: RunRights | null;
  /** Why ccm wants it to stop, or null. */
  stopWanted: string | null;
  stopSent: boolean;
  exit: ExitRecord | null;
  outcome: RunOutcome | null;
  summary: string | null;
  claimedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  finishedAt: number | null;
};

/** A run as `--json` and the web give it. `name` is the agent's name, or the gate's; times are ISO 8601. */
export type RunShape = Pick<
  Run,
  "id" | "uuid" | "kind" | "state" | "attempt" | "cause" | "session" | "commit" | "sandbox" | "rights" | "outcome" | "summary"
> & {
  task: number;
  project: string;
  name: string;
  exitCode: number | null;
  peakMemoryBytes: number | null;
  claimedAt: string;
  startedAt: string | null;
  endedAt: string | null;
};

/**
 * What is known of an agent at work, as `--json` and the web give it: `doing` says in words what `activity` is, since
 * `since`. Cost and tokens are those of this run, as of the end of its last turn. Times are ISO 8601.
 */
export type AgentShape = Pick<
  Observed,
  "model" | "version" | "turns" | "toolCalls" | "failedCalls" | "edits" | "compactions" | "costUsd" | "context" | "lastSaid"
> & {
  activity: Activity;
  doing: string;
  since: string;
  tokens: Usage;
  subagents: string[];
  background: string[];
  limit: { window: string; status: string; used: number | null; resetsAt: string | null } | null;
  question: { tool: string; text: string; askedAt: string } | null;
};

/**
 * Why nothing is started with an agent for now. `provider`: it does not answer. `limit`: the account's usage limit is
 * reached. `login`: the provider refuses the login. `billing`: it refuses to go on unpaid. `missing`: the agent is not
 * installed, or is too old.
 */
export const BREAKER_KINDS = ["provider", "limit", "login", "billing", "missing"] as const;
export type BreakerKind = (typeof BREAKER_KINDS)[number];

/** What is held against an agent; open while `openedAt` is not null. Times are epoch ms; `retryAt` null: not by itself. */
export type Breaker = {
  agent: string;
  kind: BreakerKind;
  /** Failures in a row. */
  failures: number;
  text: string;
  openedAt: number | null;
  retryAt: number | null;
  /** What the login looked like when it failed; another one closes the breaker. */
  fingerprint: string | null;
};

/** What a person says to a question, and who that is. */
export type PersonsAnswer = { verdict: AnswerVerdict; text: string; by: string };

/** A question as it is kept; `answer` is null while it is open. Times are epoch ms. */
export type AskedQuestion = Question & {
  /** In words for people. */
  text: string;
  id: number;
  taskId: number;
  runId: number;
  askedAt: number;
  answer: { verdict: AnswerVerdict; text: string; by: string; at: number } | null;
  deliveredAt: number | null;
};

/**
 * An agent as it is on this machine. `path` is null when it is not installed, `driver` null when ccm can only start it as
 * an agent of one's own; `claude` is only there for that: its version, what is known of it, and where a login is (never what
 * it is). `other` is the same of an agent that is known by its name and has no driver.
 */
export type AgentHere = {
  name: string;
  command: string;
  path: string | null;
  driver: "claude" | "custom" | null;
  isConfigured: boolean;
  claude: { version: string | null; standing: Standing; text: string; login: string | null } | null;
  other: { version: string | null; login: string | null } | null;
};

/**
 * What is known of a version of claude. `old`: ccm cannot work with it. `older`, `newer`: nobody has tried. `tested`:
 * within the range. `unknown`: no version was said.
 */
export type Standing = "old" | "older" | "tested" | "newer" | "unknown";

/** A window that shows a live run. Its name is `t<task>-r<run>`. */
export type WindowOrder = { runId: number; taskId: number };

/** Windows on live runs, for people: nothing depends on them, and every one may be closed at any time. */
export type Windows = {
  /** True when windows of these runs are missing, as far as can be known without asking anybody. Microseconds. */
  areBehind(runs: readonly WindowOrder[]): boolean;
  /** Makes what is missing; windows of other runs stay for a while and close themselves. */
  show(runs: readonly WindowOrder[]): Promise<void>;
  /** Shows a run's window in this terminal until the person leaves; `none` where there can be none. Makes the window if need be. */
  attach(run: WindowOrder): Promise<"left" | "none">;
  /** True when there may be a server. Microseconds. */
  areThere(): boolean;
  /** Closes all windows. */
  end(): Promise<void>;
};
