// What the spec of a task says, how a command is started, and which paths it may see.
import { describe, expect, test } from "bun:test";
import {
  carriedEnv,
  chosenLevel,
  holdsNetwork,
  levelFor,
  rightsOf,
  rightsText,
  type SandboxOrder,
  sandboxArgv,
  sandboxEnv,
  sandboxSpec,
  sandboxText,
  strongest,
} from "../../src/sandbox/rules.ts";
import type { RunRights, SandboxProbe } from "../../src/sandbox/schema.ts";
import { markOf, marksOf, readable } from "../../src/sandbox/visibility.ts";

const order: SandboxOrder = {
  level: "namespace",
  tree: "/home/ada/.ccm/tasks/1/tree",
  git: "/home/ada/.ccm/tasks/1/git",
  tmp: "/home/ada/.ccm/tasks/1/tmp",
  spool: "/home/ada/.ccm/runs/1/spool",
  ccmHome: "/home/ada/.ccm",
  userHome: "/home/ada",
  repositoryGit: "/home/ada/shop/.git",
  network: "host",
};
const spec = sandboxSpec({ ...order, hide: ["~/diary"], write: ["~/.claude"], readOnly: ["package.json", "db/migrations/"] });
const launch = { executable: ["/usr/bin/ccm"], specPath: "/spec.json", unshare: "/usr/bin/unshare" };

describe("the spec of a task", () => {
  const marks = marksOf(spec);
  test.each([
    ["/home/ada/.ccm/tasks/1/tree/src/x.ts", "write"],
    ["/home/ada/.ccm/tasks/1/git/refs", "write"],
    ["/home/ada/.ccm/tasks/1/git/config", "protect"],
    ["/home/ada/.ccm/tasks/1/git/hooks/pre-commit", "protect"],
    ["/home/ada/.ccm/tasks/1/git/objects/info/alternates", "protect"],
    ["/home/ada/.ccm/tasks/1/git/objects/ab", "write"],
    ["/home/ada/.ccm/tasks/2/tree", "hide"],
    ["/home/ada/.ccm/ccm.db", "hide"],
    ["/home/ada/.ccm/runs/1/spec.json", "hide"],
    ["/home/ada/.ccm/runs/1/spool/1.json", "write"],
    ["/home/ada/.ssh/id_ed25519", "hide"],
    ["/home/ada/diary/today", "hide"],
    ["/home/ada/.claude/settings.json", "write"],
    ["/home/ada/shop/.git/objects", "show"],
    ["/home/ada/shop/.git/config", "hide"],
    ["/home/ada/.bashrc", "show"],
    ["/home/ada/.ccm/tasks/1/tree/package.json", "protect"],
    ["/home/ada/.ccm/tasks/1/tree/db/migrations/1.sql", "protect"],
    ["/home/ada/.ccm/tasks/1/tree/db/seed.sql", "write"],
    ["/run/docker.sock", "hide"],
    ["/usr/bin/git", "show"],
    ["/", "show"],
  ] as const)("%s: %s", (path, mark) => expect(markOf(marks, path)).toBe(mark));

  test("folders between a writable one and a protected one are pinned, so that they cannot be renamed away", () => {
    expect(marks.get(`${order.git}/objects`)).toBe("write");
  });
});

describe("what may be read where only allowing is possible", () => {
  const folders: Record<string, string[]> = { "/": ["usr", "home"], "/home": ["ada"], "/home/ada": [".ssh", ".bashrc", "shop", ".ccm"] };
  const paths = (hide: string[], show: string[] = []) =>
    readable(marksOf({ hide, show, write: [], protect: [] }), (folder) => folders[folder] ?? []).sort();

  test("everything, when nothing is hidden", () => expect(paths([])).toEqual(["/"]));
  test("the siblings of the hidden at each level", () =>
    expect(paths(["/home/ada/.ssh"])).toEqual(["/home/ada/.bashrc", "/home/ada/.ccm", "/home/ada/shop", "/usr"]));
  test("what is shown inside the hidden, without its siblings", () =>
    expect(paths(["/home"], ["/home/ada/.ccm/tasks/1"])).toEqual(["/home/ada/.ccm/tasks/1", "/usr"]));
  test("nothing that is hidden again inside the shown", () =>
    expect(paths(["/home", "/home/ada/.ssh"], ["/home/ada"])).toEqual(["/home/ada/.bashrc", "/home/ada/.ccm", "/home/ada/shop", "/usr"]));
});

describe("starting", () => {
  test("namespace goes through unshare, with the own user and every capability of the new namespace", () => {
    expect(sandboxArgv(spec, launch).join(" ")).toBe(
      "/usr/bin/unshare --user --map-current-user --keep-caps --mount --ipc --pid --fork --kill-child -- /usr/bin/ccm sandbox --spec /spec.json --",
    );
    expect(sandboxArgv(spec, { ...launch, userNamespace: "none" })).not.toContain("--user");
  });
  test("kernel is ccm alone, none is nothing", () => {
    expect(sandboxArgv({ ...spec, level: "kernel" }, launch)).toEqual(["/usr/bin/ccm", "sandbox", "--spec", "/spec.json", "--"]);
    expect(sandboxArgv({ ...spec, level: "none" }, launch)).toEqual([]);
  });
  test("the environment travels under names that mean nothing on the way", () => {
    const env = { PATH: "/bin", LD_PRELOAD: "x.so", "odd=no": "1" };
    const carried = sandboxEnv("kernel", env);
    expect(Object.keys(carried).filter((name) => !name.startsWith("CCM_CARRIED_") && !name.startsWith("BUN_JSC_"))).toEqual([]);
    expect(carriedEnv({ ...carried, HOME: "/of/the/launcher" })).toEqual(["PATH=/bin", "LD_PRELOAD=x.so", "odd=no=1"]);
    expect(sandboxEnv("none", env)).toEqual(env);
  });
});

describe("the level of runs", () => {
  const probe = (level: SandboxProbe["level"], works: boolean): SandboxProbe => ({ level, works, detail: "" });
  const both = [probe("namespace", true), probe("kernel", true), probe("none", true)];
  const weaker = [probe("namespace", false), probe("kernel", true), probe("none", true)];
  const neither = [probe("namespace", false), probe("kernel", false), probe("none", true)];
  test.each([
    [both, "auto", false, "namespace"],
    [weaker, "auto", false, "kernel"],
    [neither, "auto", false, null],
    [neither, "auto", true, "none"],
    [weaker, "namespace", true, null],
    [both, "kernel", false, "kernel"],
    [both, "none", false, null],
    [both, "none", true, "none"],
  ] as const)("%p with %s, none allowed: %p → %p", (probes, level, allowNone, chosen) =>
    expect(chosenLevel(probes, { level, allowNone })).toBe(chosen),
  );
  test("none is never the strongest", () => expect(strongest(neither)).toBe(null));
});

describe("the network of runs", () => {
  test.each([
    ["namespace", "hosts", 1, true],
    ["namespace", "none", 1, true],
    ["namespace", "ports", 3, false],
    ["namespace", "ports", 4, true],
    ["kernel", "hosts", 3, false],
    ["kernel", "hosts", 4, true],
    ["kernel", "none", 1, true],
    ["kernel", "host", 1, true],
  ] as const)("at %s, %s with Landlock %p can be held: %p", (level, network, abi, held) =>
    expect(holdsNetwork(level, network, abi)).toBe(held),
  );

  test("one that cannot be held keeps runs from starting, with what to do", () => {
    const here = { level: (_?: unknown, network?: string) => (network === "ports" ? null : ("kernel" as const)) };
    expect(levelFor(here, { level: "auto", network: "host" })).toBe("kernel");
    const fault = levelFor(here, { level: "auto", network: "ports" });
    expect(fault).toMatchObject({
      code: "denied",
      message: 'This machine cannot hold a run to the network "ports".',
      hint: expect.stringContaining("Linux 6.7"),
    });
  });
});

describe("what a run was allowed, for people", () => {
  const rights = { network: "host", hosts: [], ports: [], unixSockets: false, user: null } as const;
  const cases: [level: "namespace" | "kernel" | "none" | null, more: Partial<RunRights>, short: string, all: string][] = [
    [null, {}, "", ""],
    ["none", {}, "none", "none"],
    ["namespace", {}, "namespace", "namespace, whole network"],
    [
      "namespace",
      { network: "hosts", hosts: ["a.example", "b.example"], user: 60_706 },
      "namespace, named hosts",
      "namespace, named hosts (a.example, b.example), user 60706",
    ],
    ["kernel", { network: "ports", ports: [443], unixSockets: true }, "kernel, named ports", "kernel, named ports (443), unix sockets"],
    ["kernel", { network: "none" }, "kernel, no network", "kernel, no network"],
  ];
  test.each(cases)("at %s with %j", (level, more, short, all) => {
    const given = { ...rights, hosts: [], ports: [], ...more };
    expect([sandboxText(level, given), rightsText(level, given)]).toEqual([short, all]);
  });

  test("is what acts: a level without walls has no rights to name, and sockets are open only where nothing else shuts them", () => {
    const spec = sandboxSpec({ ...order, network: "hosts", hosts: ["model"], unixSockets: true });
    expect(rightsOf({ ...spec, level: "namespace" })).toMatchObject({ network: "hosts", hosts: ["model"], ports: [], unixSockets: false });
    expect(rightsOf({ ...spec, level: "kernel" })).toMatchObject({ unixSockets: true });
    expect(rightsOf({ ...spec, level: "none" })).toMatchObject({ network: "host", hosts: [] });
  });
});
