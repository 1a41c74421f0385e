// The commands on projects: registering a real repository, what is shown of it, and forgetting it.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectNamed } from "../../src/projects/actions.ts";
import type { ProjectShape } from "../../src/projects/schema.ts";
import type { TaskShape } from "../../src/tasks/schema.ts";
import { type CommandHome, expectGolden, openCommandHome } from "../support/command-home.ts";
import { temporaryFolder } from "../support/folders.ts";
import { moveThrough } from "../support/progress.ts";

const register = (home: CommandHome, ...words: string[]) => ["register-project", "--path", home.repository.path, ...words];

describe("register-project", () => {
  test("shows what it registered and what to do next", async () => {
    const home = openCommandHome();
    const words = ["--name", "my-app", "--gate", "full=npm test", "--gate", "quick=npm run lint", "--setup", "npm ci", "--copy", ".env"];
    expectGolden("projects/register", await home.out(...register(home, ...words, "--env", "NODE_ENV=test", "--approval", "auto")));
  });

  test("says when nothing would be checked before a merge", async () => {
    const home = openCommandHome();
    expect(await home.out(...register(home, "--name", "my-app"))).toContain("Nothing is checked before a merge");
  });

  test("gives scripts the settings, and of variables only the names", async () => {
    const home = openCommandHome();
    const project = await home.json<ProjectShape>(
      ...register(home, "--name", "my-app", "--env", "TOKEN=very=secret", "--gate", "full=a=b"),
    );
    expect(project).toMatchObject({
      name: "my-app",
      base: "main",
      agent: "claude",
      approval: "ask",
      gates: { full: "a=b" },
      env: ["TOKEN"],
    });
    expect(JSON.stringify(project)).not.toContain("secret");
  });

  test("leaves the repository as it is", async () => {
    const home = openCommandHome();
    const before = home.repository.git("for-each-ref") + home.repository.git("status", "--porcelain", "--ignored");
    await home.out(...register(home));
    expect(home.repository.git("for-each-ref") + home.repository.git("status", "--porcelain", "--ignored")).toBe(before);
  });

  test("keeps clear of the task numbers that an earlier home left in it", async () => {
    const home = openCommandHome();
    const { git } = home.repository;
    for (const ref of ["refs/heads/ccm/task-7", "refs/ccm/trash/41", "refs/ccm/base/12", "refs/heads/ccm/task-99999999999"])
      git("update-ref", ref, "HEAD");
    await home.out(...register(home, "--name", "my-app"));
    expect((await home.json<TaskShape>("create-task", "--title", "x", "--prompt", "x")).branch).toBe("ccm/task-42");
  });

  const refused: [what: string, words: string[], code: string, message: RegExp][] = [
    ["a path that does not exist", ["--path", "/dev/null/x"], "invalid", /"\/dev\/null\/x" does not exist/],
    ["a base that does not exist", ["--base", "release"], "not_found", /no branch "release"/],
    ["an unknown agent", ["--agent", "cluade"], "not_found", /There is no agent "cluade"/],
    ["an unknown approval", ["--approval", "yes"], "invalid", /no approval "yes"/],
    ["an unknown gate", ["--gate", "ful=npm test"], "invalid", /no gate "ful"/],
    ["an unknown role", ["--role", "wroker.model=x"], "invalid", /no role "wroker"/],
    ["an unknown setting of a role", ["--role", "worker.modle=x"], "invalid", /no setting of a role "modle"/],
    ["a gate without a command", ["--gate", "full"], "invalid", /"--gate full" is no name with a value/],
    ["an empty gate", ["--gate", "full="], "invalid", /command is empty/],
    ["a gate given twice", ["--gate", "full=a", "--gate", "full=b"], "invalid", /names "full" twice/],
    ["a copied path outside", ["--copy", "../.env"], "invalid", /stay inside the repository/],
    ["a bad name", ["--name", "my app"], "invalid", /project's name has/],
  ];
  test.each(refused)("refuses %s", async (_, words, code, message) => {
    const home = openCommandHome();
    const path = words.includes("--path") ? [] : ["--path", home.repository.path];
    expect(await home.fault("register-project", ...path, ...words)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await home.json<ProjectShape[]>("list-projects")).toEqual([]);
  });

  test("refuses a folder without a repository, a detached HEAD without a base, and a repository without a commit", async () => {
    const home = openCommandHome();
    expect((await home.fault("register-project", "--path", temporaryFolder())).code).toBe("invalid");
    home.repository.git("checkout", "--quiet", "--detach");
    expect(await home.fault(...register(home))).toMatchObject({ code: "invalid", message: expect.stringContaining("detached HEAD") });
    expect((await home.json<ProjectShape>(...register(home, "--base", "main"))).base).toBe("main");
    const empty = openCommandHome();
    empty.repository.git("update-ref", "-d", "HEAD");
    expect(await empty.fault(...register(empty))).toMatchObject({ code: "invalid", message: expect.stringContaining("has no commit yet") });
  });

  test("refuses a name or a repository that is taken", async () => {
    const home = openCommandHome();
    await home.out(...register(home, "--name", "my-app"));
    expect(await home.fault(...register(home, "--name", "other"))).toMatchObject({ code: "conflict", exit: 4 });
    const other = openCommandHome();
    expect(await home.fault(...register(other, "--name", "my-app"))).toMatchObject({
      code: "conflict",
      hint: "Give this one another name with --name.",
    });
  });
});

describe("edit-project", () => {
  test("changes what is given, one by one, and takes away what is given empty", async () => {
    const home = openCommandHome();
    const words = ["--gate", "quick=npm run lint", "--env", "A=1", "--env", "B=2", "--copy", ".env", "--role", "worker.model=opus"];
    await home.out(...register(home, "--name", "my-app", "--gate", "full=npm test", ...words));
    const change = ["--gate", "full=make check", "--gate", "quick=", "--env", "A=", "--env", "C=3", "--copy", "", "--approval", "auto"];
    const changed = await home.json<ProjectShape>("edit-project", "my-app", ...change, "--role", "worker.maxTurns=5", "--name", "app");
    expect(changed).toMatchObject({
      name: "app",
      approval: "auto",
      gates: { full: "make check" },
      env: ["B", "C"],
      copies: [],
      roles: { worker: { model: "opus", maxTurns: 5 } },
    });
    expect(changed.gates).not.toHaveProperty("quick");
    const [event] = (await home.json<{ name: string; data: unknown }[]>("logs")).slice(-1);
    expect(event).toMatchObject({ name: "project.changed", data: { fields: ["name", "approval", "gates", "copies", "env", "roles"] } });
    expect(await home.out("logs")).toContain("Its settings were changed: name, approval, gates");
  });

  test("says what the sandbox is, for all runs and for those of a role", async () => {
    const home = openCommandHome();
    await home.out(...register(home, "--name", "my-app", "--sandbox", "level=kernel", "--sandbox", "hide=~/private,/srv/keys"));
    const said = ["level=namespace", "network=hosts", "hosts=model,*.example.org:8443", "readOnly=package.json", "unixSockets=true"];
    const words = said.flatMap((word) => ["--sandbox", word]);
    const ofWorkers = ["--role", "worker.model=opus", "--role", "worker.sandbox.network=ports", "--role", "worker.sandbox.ports=443,8443"];
    const changed = await home.json<ProjectShape>("edit-project", "my-app", ...words, ...ofWorkers);
    expect(changed.sandbox).toEqual({
      level: "namespace",
      network: "hosts",
      hosts: ["model", "*.example.org:8443"],
      hide: ["~/private", "/srv/keys"],
      readOnly: ["package.json"],
      unixSockets: true,
    });
    expect(changed.roles).toEqual({ worker: { model: "opus", sandbox: { network: "ports", ports: [443, 8443] } } });

    const less = ["--sandbox", "hide=", "--sandbox", "unixSockets=false", "--role", "worker.sandbox.ports="];
    const again = await home.json<ProjectShape>("edit-project", "my-app", ...less);
    expect(again.sandbox).toMatchObject({ level: "namespace", unixSockets: false });
    expect(again.sandbox).not.toHaveProperty("hide");
    expect(again.roles).toEqual({ worker: { model: "opus", sandbox: { network: "ports" } } });
    expect(await home.out("project-status", "my-app")).toContain("level namespace, network hosts, hosts model *.example.org:8443");
  });

  test("says how commands are judged, word by word", async () => {
    const home = openCommandHome();
    const edit = (...words: string[]) => home.out("edit-project", "my-app", ...words.flatMap((word) => ["--guard", word]));
    const guards = () => projectNamed(home.ctx, "my-app").settings.guards;
    await home.out(...register(home, "--name", "my-app", "--guard", "network=ask", "--guard", "deny=Bash(make deploy:*)"));
    expect(guards()).toEqual({ classes: { network: "ask" }, deny: ["Bash(make deploy:*)"] });
    await edit("publish=deny", "network=allow", 'ask=["WebFetch", "Bash(ssh:*)"]');
    expect(guards()).toEqual({
      classes: { network: "allow", publish: "deny" },
      deny: ["Bash(make deploy:*)"],
      ask: ["WebFetch", "Bash(ssh:*)"],
    });
    await edit("network=", "publish=", "deny=", "ask=WebFetch");
    expect(guards()).toEqual({ ask: ["WebFetch"] });
    expect(await home.out("policy", "show", "--project", "my-app")).toMatch(/WebFetch +ask +project/);
  });

  const refused: [what: string, words: string[], code: string, message: RegExp][] = [
    ["a guard that there is not", ["--guard", "danger=deny"], "invalid", /no class of commands or list of rules "danger"/],
    ["a verdict that there is not", ["--guard", "network=maybe"], "invalid", /allow, ask or deny/],
    ["a rule that nobody can read", ["--guard", "deny=Bash("], "invalid", /./],
    ["a sandbox with a word too many", ["--sandbox", "depth=2"], "invalid", /no setting of a sandbox "depth"/],
    ["a level that there is not", ["--sandbox", "level=strong"], "invalid", /auto, namespace, kernel or none/],
    ["a read-only path outside the tree", ["--sandbox", "readOnly=../x"], "invalid", /a path inside the tree/],
    ["the same with a detour", ["--sandbox", "readOnly=a/./b"], "invalid", /a path inside the tree/],
    ["hiding everything", ["--sandbox", "hide=/"], "invalid", /an absolute path/],
    ["no port", ["--role", "worker.sandbox.ports=http"], "invalid", /./],
    ["nothing to change", [], "invalid", /Nothing of the project "my-app" is to change/],
    ["a base that does not exist", ["--base", "release"], "not_found", /no branch "release"/],
    ["an unknown agent", ["--agent", "cluade"], "not_found", /no agent "cluade"/],
    ["an unknown gate", ["--gate", "ful=x"], "invalid", /no gate "ful"/],
    ["a bad name", ["--name", "my app"], "invalid", /project's name has/],
    ["the name of a page", ["--name", "new"], "invalid", /cannot be called "new"/],
    ["a copied path outside", ["--copy", "/etc/passwd"], "invalid", /stay inside the repository/],
  ];
  test.each(refused)("refuses %s", async (_, words, code, message) => {
    const home = openCommandHome();
    await home.out(...register(home, "--name", "my-app"));
    expect(await home.fault("edit-project", "my-app", ...words)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("refuses a project that does not exist", async () => {
    expect((await openCommandHome().fault("edit-project", "nope", "--approval", "auto")).code).toBe("not_found");
  });
});

describe("what is shown of projects", () => {
  async function openTwo(): Promise<CommandHome> {
    const home = openCommandHome();
    await home.out(...register(home, "--name", "my-app", "--gate", "full=npm test"));
    for (const title of ["Fix the login", "Add tests", "Rename"]) await home.out("create-task", "--title", title, "--prompt", "Do it.");
    moveThrough(home.ctx, 1, "executing");
    moveThrough(home.ctx, 2, "cancelled");
    return home;
  }

  test("list-projects", async () => {
    const lines = (await (await openTwo()).out("list-projects")).split("\n");
    expect(lines[0]).toMatch(/^PROJECT {2}BASE {2}AGENT {3}TASKS {31}PATH$/);
    expect(lines[1]).toStartWith("my-app   main  claude  1 queued, 1 executing, 1 cancelled  ");
    expect(await openCommandHome().out("list-projects")).toContain("No projects.");
  });

  test("project-status", async () => {
    const home = await openTwo();
    expectGolden("projects/status", await home.out("project-status"));
    expect(await home.json("project-status", "my-app")).toMatchObject({ name: "my-app", tasks: { queued: 1, executing: 1, cancelled: 1 } });
    expect(await home.fault("project-status", "nope")).toMatchObject({ code: "not_found", exit: 3 });
  });
});

describe("unregister-project", () => {
  test("waits until all tasks have ended, or cancels them", async () => {
    const home = openCommandHome();
    await home.out(...register(home, "--name", "my-app"));
    await home.out("create-task", "--title", "x", "--prompt", "x");
    expect(await home.fault("unregister-project", "my-app")).toMatchObject({
      code: "conflict",
      message: 'The project "my-app" has a task that did not end: 1 (queued).',
    });
    expect(await home.json("unregister-project", "my-app", "--cancel-tasks")).toMatchObject({ name: "my-app", cancelled: [1] });
    expect(await home.json<ProjectShape[]>("list-projects")).toEqual([]);
    expect(existsSync(join(home.repository.path, "README.md"))).toBe(true);
  });

  test("leaves its tasks readable, and nothing of them to be retried", async () => {
    const home = openCommandHome();
    await home.out(...register(home, "--name", "my-app"));
    await home.out("create-task", "--title", "x", "--prompt", "x");
    await home.out("cancel-task", "1");
    await home.out("unregister-project", "my-app");
    expect((await home.json<TaskShape[]>("list-tasks"))[0]?.project).toBe("my-app");
    expect(await home.fault("retry-task", "1")).toMatchObject({ code: "conflict", message: expect.stringContaining("was unregistered") });
    await home.out(...register(home, "--name", "my-app"));
  });
});
