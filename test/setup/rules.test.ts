// What fsck makes of each difference, and with what a daemon starts: decisions as tables of cases.
import { describe, expect, test } from "bun:test";
import { Fault } from "../../src/kernel/fault.ts";
import { daemonEnvironment, findDifferences, nextSteps, profileFrom, runOfEnvironment, runOfHost } from "../../src/setup/rules.ts";
import type { Difference, HomeFacts, ProcessFact, RefFact, RunFact, TreeFact } from "../../src/setup/schema.ts";

const COMMIT = "a".repeat(40);
const OTHER = "b".repeat(40);

const WELL: HomeFacts = {
  trees: [{ taskId: 1, taskState: "executing", treeState: "ready", folder: "complete" }],
  strays: [],
  runs: [{ runId: 1, state: "running", host: "live" }],
  processes: [{ runId: 1, processes: [{ pid: 100, startTicks: 1 }] }],
  temporary: [],
  refs: [],
  taskNumbers: { last: 1, seen: 1 },
  runNumbers: { last: 1, seen: 1 },
};

const differ = (facts: Partial<HomeFacts>): Difference[] => findDifferences({ ...WELL, ...facts });
const repairs = (facts: Partial<HomeFacts>) => differ(facts).map((difference) => difference.repair);

test("a home that agrees with itself has no differences", () => {
  expect(findDifferences(WELL)).toEqual([]);
});

describe("trees", () => {
  const tree = (fact: Partial<TreeFact>) =>
    repairs({ trees: [{ taskId: 1, taskState: "executing", treeState: "ready", folder: "complete", ...fact }] });
  const cases: [string, Partial<TreeFact>, Difference["repair"]][] = [
    ["a folder that is gone is made anew", { folder: "absent" }, { kind: "make-tree-anew", taskId: 1, putAside: false }],
    ["half a folder is kept before that", { folder: "incomplete" }, { kind: "make-tree-anew", taskId: 1, putAside: true }],
    ["that of an ended task, too", { taskState: "failed", folder: "absent" }, { kind: "make-tree-anew", taskId: 1, putAside: false }],
    ["a folder without a task goes to the trash", { taskState: null, treeState: null }, { kind: "put-aside", name: "1" }],
    ["and one whose task never had a tree", { treeState: null }, { kind: "put-aside", name: "1" }],
    ["and one whose tree was discarded", { treeState: "discarded" }, { kind: "put-aside", name: "1" }],
    ["and one whose tree was deleted for good", { treeState: "purged", folder: "incomplete" }, { kind: "put-aside", name: "1" }],
  ];
  test.each(cases)("%s", (_, fact, repair) => expect(tree(fact)).toEqual([repair]));

  test.each(["wanted", "restoring", "discarding"] as const)("one that is %s may have a folder or none", (treeState) => {
    for (const folder of ["complete", "incomplete", "absent"] as const) expect(tree({ treeState, folder })).toEqual([]);
  });
});

describe("runs and processes", () => {
  const processes: ProcessFact[] = [{ runId: 1, processes: [{ pid: 100, startTicks: 7 }] }];
  const run = (fact: Partial<RunFact>) => repairs({ runs: [{ runId: 1, state: "running", host: "live", ...fact }], processes });
  const kill: Difference["repair"] = { kind: "end-processes", runId: 1, processes: [{ pid: 100, startTicks: 7 }] };
  const cases: [string, Partial<RunFact>, Difference["repair"][]][] = [
    ["a host of a finished run is asked to stop", { state: "finished" }, [{ kind: "stop-host", runId: 1 }]],
    ["a host that no row knows, too", { state: null }, [{ kind: "stop-host", runId: 1 }]],
    ["what outlived a finished run is killed", { state: "finished", host: "ended" }, [kill]],
    ["what outlived a run without a row is killed; its folder stays", { state: null, host: "died" }, [kill, null]],
    ["a run at work that has lost its folder has lost its lock: whoever works there is killed", { host: "absent" }, [kill]],
    ["a run whose host has just died is the loop's to collect", { host: "died" }, []],
    ["a run that is only claimed is the loop's to start", { state: "claimed", host: "new" }, []],
  ];
  test.each(cases)("%s", (_, fact, expected) => expect(run(fact)).toEqual(expected));

  test("many unknown run folders are one line, and stay", () => {
    const runs = Array.from({ length: 12 }, (_, i): RunFact => ({ runId: i + 1, state: null, host: "ended" }));
    expect(differ({ runs, processes: [] })).toEqual([
      {
        text: "Run folders that are not in the database: r1, r2, r3, r4, r5, r6, r7, r8, r9, r10 and 2 more.",
        remedy: "they stay for retention.runsDays",
        repair: null,
      },
    ]);
  });
});

describe("refs", () => {
  const ref = "refs/heads/ccm/task-1";
  const differing = (fact: Partial<RefFact>) =>
    differ({ refs: [{ projectId: 1, ref, at: COMMIT, wanted: COMMIT, reachable: true, strayed: false, ...fact }] });

  test("a ref that is gone is set again while its commit is there", () => {
    expect(differing({ at: null })[0]?.repair).toEqual({ kind: "set-ref", projectId: 1, ref, commit: COMMIT });
  });
  test.each<[string, Partial<RefFact>, string]>([
    ["gone with its commit", { at: null, reachable: false }, "restore it from a backup"],
    ["of no task", { wanted: null }, "it stays"],
    ["moved away from the work", { at: OTHER, strayed: true }, `git update-ref ${ref} ${COMMIT}`],
  ])("one %s is left to a person, who is told what to do", (_, fact, remedy) => {
    expect(differing(fact)).toEqual([expect.objectContaining({ repair: null, remedy: expect.stringContaining(remedy) })]);
  });
  test("a branch that a person added to is as it should be", () => {
    expect(differing({ at: OTHER })).toEqual([]);
  });
});

test("numbers on the disk that the database has not given are never given", () => {
  expect(repairs({ taskNumbers: { last: 3, seen: 9 }, runNumbers: { last: 0, seen: 2 } })).toEqual([
    { kind: "reserve", what: "tasks", upTo: 9 },
    { kind: "reserve", what: "runs", upTo: 2 },
  ]);
});

test("strays go to the trash and half-written files away", () => {
  expect(repairs({ strays: ["notes"], temporary: ["/home/spec.json.1.tmp"] })).toEqual([
    { kind: "put-aside", name: "notes" },
    { kind: "delete-file", path: "/home/spec.json.1.tmp" },
  ]);
});

describe("whose a process is", () => {
  test.each<[string, string[], number | undefined]>([
    ["its mark names the run", ["PATH=/bin", "CCM_RUN_SPOOL=/h/runs/12/spool"], 12],
    ["also inside the sandbox's launcher", ["CCM_CARRIED_CCM_RUN_SPOOL=/h/runs/3/spool"], 3],
    ["another home's run is none of ours", ["CCM_RUN_SPOOL=/other/runs/12/spool"], undefined],
    ["nor is a name that only begins alike", ["CCM_RUN_SPOOL=/h/runs/12/spool2"], undefined],
  ])("%s", (_, environment, run) => expect(runOfEnvironment(environment, "/h/runs")).toBe(run));

  test("a host is known by its words and its home", () => {
    expect(runOfHost("/usr/bin/ccm host 4", ["CCM_HOME=/h"], "/h")).toBe(4);
    expect(runOfHost("/usr/bin/ccm host 4", ["CCM_HOME=/other"], "/h")).toBeUndefined();
    expect(runOfHost("vim host 4 notes", ["CCM_HOME=/h"], "/h")).toBeUndefined();
  });
});

describe("starting a daemon", () => {
  test("it gets what it needs of a shell, its own settings, and nothing of a run", () => {
    const shell = {
      PATH: "/bin",
      HOME: "/root",
      ANTHROPIC_API_KEY: "k",
      SSH_AUTH_SOCK: "s",
      CCM_LIMITS_RUNS: "2",
      CCM_RUN_TOKEN: "t",
      CCM_TASK: "1",
    };
    expect(daemonEnvironment(shell, "/h", "9000")).toEqual({
      PATH: "/bin",
      HOME: "/root",
      CCM_LIMITS_RUNS: "2",
      CCM_HOME: "/h",
      CCM_WEB_PORT: "9000",
      BUN_JSC_forceRAMSize: "67108864",
      BUN_JSC_useBaselineJIT: "0",
      BUN_JSC_useDFGJIT: "0",
    });
  });
  test.each(["-1", "http", "123456"])("%s is no port", (port) => expect(daemonEnvironment({}, "/h", port)).toBeInstanceOf(Fault));
  test.each([
    [[], "full"],
    [["--profile", "minimal"], "minimal"],
    [["--profile=full"], "full"],
  ] as [string[], string][])("the words %p mean %s", (words, profile) => expect(profileFrom(words) as string).toBe(profile));
  test.each([[["--profile"]], [["--profile", "large"]], [["extra"]], [["--profile", "full", "extra"]]] as [string[]][])(
    "the words %p mean nothing",
    (words) => expect(profileFrom(words)).toBeInstanceOf(Fault),
  );
});

describe("what comes next", () => {
  const proposal = { gate: "npm test", setup: "npm ci" };
  const bare = { gate: null, setup: null };
  const create = 'ccm create-task --title "…" --prompt "…"';

  test.each<[string, Parameters<typeof nextSteps>[0], string[]]>([
    [
      "a repository that is not registered",
      { here: { project: null, proposal }, projects: [], isRunning: false },
      ['ccm register-project --path . --gate full="npm test" --setup "npm ci"', "ccm start", create, "ccm open"],
    ],
    [
      "one that nothing is known of",
      { here: { project: null, proposal: bare }, projects: ["other"], isRunning: true },
      ["ccm register-project --path .", create, "ccm open"],
    ],
    [
      "no repository and no project",
      { here: null, projects: [], isRunning: false },
      ['ccm register-project --path ~/my-app --gate full="npm test"', "ccm start", create, "ccm open"],
    ],
    ["a project", { here: { project: "app", proposal }, projects: ["app"], isRunning: true }, [create, "ccm open"]],
    [
      "one of several projects",
      { here: { project: "app", proposal }, projects: ["app", "other"], isRunning: true },
      ['ccm create-task --project app --title "…" --prompt "…"', "ccm open"],
    ],
  ])("after %s", (_, found, steps) => {
    expect(nextSteps(found)).toEqual(steps);
  });
});
