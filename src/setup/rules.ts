// What setting up decides: how a daemon is started, and how each difference that fsck finds is put right. Pure.
import { Fault } from "../kernel/fault.ts";
import { didYouMean } from "../kernel/nearest.ts";
import { CARRIED } from "../sandbox/rules.ts";
import type { WebSettings } from "./config.ts";
import type { Difference, HomeFacts, Numbers, ProcessFact, Profile, RefFact, RunFact, TreeFact } from "./schema.ts";

/** The profile that the words after `ccm daemon` ask for. Faults: `invalid`. */
export function profileFrom(words: readonly string[]): Profile | Fault {
  const joined = words.length === 1 ? words[0]?.split("=") : words;
  if (words.length === 0) return "full";
  const [flag, value, ...rest] = joined ?? [];
  if (flag !== "--profile" || rest.length > 0)
    return new Fault(
      "invalid",
      `"ccm daemon" does not take "${words.join(" ")}".`,
      didYouMean(flag ?? "", ["--profile"], "See: ccm daemon --help"),
    );
  return profileNamed(value ?? "");
}

/** Faults: `invalid` for any other word. */
export function profileNamed(word: string): Profile | Fault {
  if (word === "minimal" || word === "full") return word;
  const hint = didYouMean(word, ["minimal", "full"], "A profile is minimal (without the dashboard) or full.");
  return new Fault("invalid", `There is no profile "${word}".`, hint);
}

/** What a daemon needs of the environment it is started from; whatever else a person's shell holds would live on in it for weeks. */
const DAEMON_VARIABLES = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CONFIG_HOME"];
/** ccm's own variables that belong to one run, not to a daemon that a run may start. */
const RUN_VARIABLE = /^CCM_(?:TASK|RUN|PORT|CARRIED)(?:_|$)/;
/**
 * A daemon mostly waits, for git and agents: without compiling its code it keeps 1 MB less when idle and 3 MB less after
 * 100k events, and a task takes no longer (measured). bun:ffi needs the compiler itself, so it cannot be switched off whole.
 * Told that there are 64 MB, it collects what pages leave behind sooner: 9 to 14 MB less after some hundred pages of a large
 * home, each of which takes a fifth longer (measured).
 */
const DAEMON_ENGINE = { BUN_JSC_useBaselineJIT: "0", BUN_JSC_useDFGJIT: "0", BUN_JSC_forceRAMSize: "67108864" };

/** The environment of a new daemon: settings by variable (`CCM_LIMITS_RUNS`) stay. Faults: `invalid` for a port that is none. */
export function daemonEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  port: string | undefined,
): Record<string, string> | Fault {
  const kept = Object.entries(env).flatMap(([name, value]) => {
    const isKept = DAEMON_VARIABLES.includes(name) || (name.startsWith("CCM_") && !RUN_VARIABLE.test(name));
    return isKept && value !== undefined ? [[name, value] as const] : [];
  });
  if (port !== undefined && !/^(?:0|[1-9]\d{0,4})$/.test(port))
    return new Fault("invalid", `"${port}" is no port.`, "For example: --port 8765");
  return { ...Object.fromEntries(kept), ...DAEMON_ENGINE, CCM_HOME: home, ...(port === undefined ? {} : { CCM_WEB_PORT: port }) };
}

/**
 * Reaching the page from another machine is a decision, and in the clear everybody in between could read the cookie. Faults:
 * `invalid` with the lines to write.
 */
export function judgeWeb({ bind, hosts, proxy, tls }: WebSettings): Fault | null {
  const hasTls = tls.cert !== undefined && tls.key !== undefined;
  if (!hasTls && (tls.cert !== undefined || tls.key !== undefined))
    return new Fault("invalid", `"web.tls" has only one of cert and key.`, "Write both, each with the absolute path of a file in PEM.");
  if (proxy && hosts.length === 0)
    return new Fault("invalid", '"web.proxy" is true, and "web.hosts" names no host.', `Write below web: hosts: [ccm.example]`);
  if (isLoopback(bind) || proxy) return null;
  if (!hasTls) return new Fault("invalid", `"web.bind" is "${bind}", so the page would go over the network in the clear.`, OPEN_BIND);
  if (hosts.length > 0 || !/^(?:0\.0\.0\.0|::)$/.test(bind)) return null;
  return new Fault(
    "invalid",
    `"web.bind" is "${bind}", and "web.hosts" names no host.`,
    "Write below web: hosts: [ccm.example], with the name that browsers reach it by.",
  );
}

const OPEN_BIND = `Leave it out and use a tunnel (ssh -L 8765:127.0.0.1:8765 HOST), or write below web:
tls: { cert: /path/cert.pem, key: /path/key.pem } and hosts: [ccm.example]; behind a program that speaks TLS:
proxy: true and hosts: [ccm.example].`;

function isLoopback(address: string): boolean {
  return address === "::1" || /^127\./.test(address);
}

/** Every difference between what is recorded and what is there, in the order in which they are to be put right. */
export function findDifferences(facts: HomeFacts): Difference[] {
  return [
    ...facts.runs.flatMap(unwantedHost),
    ...facts.processes.flatMap((fact) => survivors(fact, facts.runs)),
    ...facts.trees.flatMap(tree),
    ...facts.strays.map(stray),
    ...facts.refs.flatMap(strayedRef),
    ...reserved("tasks", facts.taskNumbers),
    ...reserved("runs", facts.runNumbers),
    ...facts.temporary.map(temporary),
    ...keptRuns(facts.runs),
  ];
}

/** Whoever holds the lock of a run that is over, or that no row knows, works for nobody. */
function unwantedHost({ runId, state, host }: RunFact): Difference[] {
  if (host !== "live" || isOpen(state)) return [];
  const text = state === null ? `Run r${runId} is at work and is not in the database.` : `Run r${runId} is over and its host still works.`;
  return [{ text, remedy: "its host is asked to stop", repair: { kind: "stop-host", runId } }];
}

/** A live host ends its own; processes without one would meet the next agent in the same tree. */
function survivors({ runId, processes }: ProcessFact, runs: readonly RunFact[]): Difference[] {
  const run = runs.find((candidate) => candidate.runId === runId);
  if (run?.host === "live" || (isOpen(run?.state ?? null) && run?.host !== "absent")) return [];
  const pids = processes.map(({ pid }) => pid).join(", ");
  return [
    {
      text: `Run r${runId} ${run?.host === "absent" ? "has lost its folder" : "is over"} and has processes: ${pids}.`,
      remedy: "they are killed",
      repair: { kind: "end-processes", runId, processes },
    },
  ];
}

function isOpen(state: RunFact["state"]): boolean {
  return state !== null && state !== "finished";
}

function tree({ taskId, taskState, treeState, folder }: TreeFact): Difference[] {
  if (treeState === "ready") {
    if (folder === "complete") return [];
    const putAside = folder === "incomplete";
    const text = putAside ? `The tree of task ${taskId} is not whole.` : `The tree of task ${taskId} has vanished.`;
    const remedy = `${putAside ? "what is left goes to the trash; " : ""}it is made anew from its branch`;
    return [{ text, remedy, repair: { kind: "make-tree-anew", taskId, putAside } }];
  }
  const isExpected = treeState === "wanted" || treeState === "restoring" || treeState === "discarding";
  if (folder === "absent" || isExpected) return [];
  const why = taskState === null ? "belongs to no task" : `belongs to task ${taskId}, whose tree is ${treeState ?? "not made"}`;
  return [putAside(String(taskId), why)];
}

function stray(name: string): Difference {
  return putAside(name, "belongs to no task");
}

function putAside(name: string, why: string): Difference {
  return { text: `"tasks/${name}" ${why}.`, remedy: "it goes to the trash, where it stays", repair: { kind: "put-aside", name } };
}

function strayedRef({ projectId, ref, at, wanted, reachable, strayed }: RefFact): Difference[] {
  if (wanted === null)
    return [{ text: `"${ref}" belongs to no task.`, remedy: `it stays; \`git update-ref -d ${ref}\` deletes it`, repair: null }];
  if (at === null && reachable)
    return [
      { text: `"${ref}" is gone.`, remedy: `it is set to ${wanted} again`, repair: { kind: "set-ref", projectId, ref, commit: wanted } },
    ];
  if (at === null) return [{ text: `"${ref}" is gone, and so is its commit ${wanted}.`, remedy: "restore it from a backup", repair: null }];
  if (!strayed) return [];
  return [
    {
      text: `"${ref}" was moved to ${at}, away from ${wanted}.`,
      remedy: `it stays; \`git update-ref ${ref} ${wanted}\` puts it back`,
      repair: null,
    },
  ];
}

/** After an older database was put back, numbers that are on the disk would be given a second time. */
function reserved(what: "tasks" | "runs", { last, seen }: Numbers): Difference[] {
  if (seen <= last) return [];
  const text = `There are ${what} up to number ${seen}, and the database knows of ${last}.`;
  return [{ text, remedy: "the next gets a higher number", repair: { kind: "reserve", what, upTo: seen } }];
}

function temporary(path: string): Difference {
  return { text: `"${path}" was left half-written.`, remedy: "it is deleted", repair: { kind: "delete-file", path } };
}

/** One line for all of them: they are records of what happened, and time takes them away. */
function keptRuns(runs: readonly RunFact[]): Difference[] {
  const ids = runs.filter((run) => run.state === null && run.host !== "live").map((run) => `r${run.runId}`);
  if (ids.length === 0) return [];
  const named = ids.length > RUNS_NAMED ? `${ids.slice(0, RUNS_NAMED).join(", ")} and ${ids.length - RUNS_NAMED} more` : ids.join(", ");
  return [{ text: `Run folders that are not in the database: ${named}.`, remedy: "they stay for retention.runsDays", repair: null }];
}

/** Run folders that are named one by one. */
const RUNS_NAMED = 10;

/** The run whose host a process is, from its words and its environment. */
export function runOfHost(command: string, environment: readonly string[], home: string): number | undefined {
  const id = / host ([1-9]\d*)$/.exec(command)?.[1];
  return id !== undefined && environment.includes(`CCM_HOME=${home}`) ? Number(id) : undefined;
}

/** The run that a process says it belongs to, from its environment (`NAME=value` each); `runs` is the folder of all runs. */
export function runOfEnvironment(environment: readonly string[], runs: string): number | undefined {
  for (const variable of environment) {
    const plain = variable.startsWith(CARRIED) ? variable.slice(CARRIED.length) : variable;
    if (!plain.startsWith(`CCM_RUN_SPOOL=${runs}/`)) continue;
    const id = /^([1-9]\d*)\/spool$/.exec(plain.slice(`CCM_RUN_SPOOL=${runs}/`.length))?.[1];
    if (id) return Number(id);
  }
  return undefined;
}

/** Said wherever somebody looks while `sandbox.allowNone` is in force. */
export const WITHOUT_SANDBOX = "Runs have no sandbox: agents and gates can do all that you can.";

/** What `ccm init` has found, as far as it decides what comes next. `here` is the repository of the current folder. */
export type Found = {
  here: { project: string | null; proposal: { gate: string | null; setup: string | null } } | null;
  projects: readonly string[];
  isRunning: boolean;
};

/** The commands that come next, as they are typed in this folder. */
export function nextSteps({ here, projects, isRunning }: Found): string[] {
  const project = here ? here.project : (projects[0] ?? null);
  return [
    ...(project === null ? [registration(here?.proposal)] : []),
    ...(isRunning ? [] : ["ccm start"]),
    `ccm create-task${project !== null && projects.length > 1 ? ` --project ${project}` : ""} --title "…" --prompt "…"`,
    "ccm open",
  ];
}

function registration(proposal: { gate: string | null; setup: string | null } | undefined): string {
  if (!proposal) return 'ccm register-project --path ~/my-app --gate full="npm test"';
  const gate = proposal.gate ? ` --gate full="${proposal.gate}"` : "";
  return `ccm register-project --path .${gate}${proposal.setup ? ` --setup "${proposal.setup}"` : ""}`;
}

const MB = 1_000_000;

/** `fail`: no further run starts. `warn`: it gets there. */
export function diskVerdict(
  freeBytes: number,
  { freeDiskMb, warnDiskMb }: { freeDiskMb: number; warnDiskMb: number },
): "ok" | "warn" | "fail" {
  if (freeBytes < freeDiskMb * MB) return "fail";
  return freeBytes < warnDiskMb * MB ? "warn" : "ok";
}
