// What agents may do and who said so; and a changed policy is tried on what hosts really wrote down.
import { beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGuard } from "../../src/agents/host/guard.ts";
import { placesOf } from "../../src/agents/host/guard-places.ts";
import { Asking } from "../../src/agents/host/questions.ts";
import { createRecorder } from "../../src/agents/host/record.ts";
import type { PolicyShape, ReplayShape } from "../../src/agents/policy/shapes.ts";
import type { Answer } from "../../src/agents/schema.ts";
import { type GuardWish, guardRules } from "../../src/hooks/rules.ts";
import { changeProject } from "../../src/projects/actions.ts";
import type { RoleSettings } from "../../src/projects/schema.ts";
import { openApi } from "../support/api.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { finishedRun, moveThrough, startedRun } from "../support/progress.ts";
import { shellSpec } from "../support/runs.ts";
import { openSite, plain } from "../support/site.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "claude");
  await home.out("create-task", "--title", "Fix it", "--prompt", "Fix it.");
  moveThrough(home.ctx, 1, "executing");
});

/** A run whose agent made these calls of a shell, answered and written down by a host's own parts under this policy. */
async function recordedRun(commands: readonly string[], wish: GuardWish = {}, answers: readonly Answer[] = []): Promise<number> {
  const { ctx, paths } = home;
  const run = startedRun(ctx, 1);
  const spec = ctx.outside.hosts.prepare(shellSpec(paths, { runId: run.id, guard: guardRules(wish) }));
  const recorder = createRecorder(paths.run(run.id), "stream-json", 1e6);
  const input = { send: () => true };
  const asking = new Asking({ answers, parkMs: 1e6, way: "defer", input, recorder, park: () => {}, nowMs: () => 0 });
  const guard = createGuard({ policy: { rules: spec.guard, places: placesOf(spec) }, automations: null, asking, recorder, nowMs: () => 0 });
  for (const [at, command] of commands.entries()) {
    const hook = { tool_name: "Bash", tool_use_id: `toolu_${run.id}_${at}`, tool_input: { command }, cwd: spec.treePath };
    recorder.hook("PreToolUse", JSON.stringify(hook));
    await guard("PreToolUse", hook);
    recorder.hook("PostToolUse", JSON.stringify(hook));
  }
  recorder.close();
  finishedRun(ctx, run, 0);
  return run.id;
}

/** A file with a policy. */
function policyFile(text: string): string {
  const path = join(home.paths.home, "policy.yaml");
  writeFileSync(path, text);
  return path;
}

const replay = (...words: string[]) => home.json<ReplayShape>("policy", "test", ...words);

describe("ccm policy show", () => {
  test("says what holds where nobody said anything", async () => {
    const { classes, rules, sandbox } = await home.json<PolicyShape>("policy", "show");
    expect(classes.map(({ class: name, from }) => [name, from])).toContainEqual(["privilege", "ccm"]);
    expect(rules).toEqual([]);
    expect(sandbox.filter(({ from }) => from.join() !== "ccm")).toEqual([]);
    expect(sandbox).toContainEqual({ key: "network", value: "host", from: ["ccm"] });
  });

  test("names everybody whose word counts: the last one's, and of what is hidden everybody's", async () => {
    writeFileSync(home.paths.config, "sandbox: { network: none, hide: [/srv/keys] }");
    changeProject(home.ctx, 1, { settings: { sandbox: { network: "host", hide: ["/srv/more"] } } });
    const { sandbox } = await home.json<PolicyShape>("policy", "show", "--project", "my-app");
    expect(sandbox).toContainEqual({ key: "network", value: "host", from: ["project"] });
    expect(sandbox).toContainEqual({ key: "hide", value: ["/srv/keys", "/srv/more"], from: ["configuration", "project"] });
    expect(sandbox).toContainEqual({ key: "ownUser", value: "auto", from: ["ccm"] });
  });

  test("names who said what of a project: its settings, its role, its agent", async () => {
    const role: RoleSettings = {
      guards: { classes: { git: "ask" }, deny: ["Bash(curl:*)"] },
      ask: ["WebFetch"],
      sandbox: { network: "none" },
    };
    changeProject(home.ctx, 1, { settings: { roles: { worker: role } } });
    const { project, approval, classes, rules, sandbox } = await home.json<PolicyShape>("policy", "show", "--project", "my-app");
    expect({ project, approval }).toEqual({ project: "my-app", approval: "ask" });
    expect(classes).toContainEqual({ class: "git", verdict: "ask", from: "role" });
    expect(rules).toEqual([
      { verdict: "deny", rule: "Bash(curl:*)", from: "role" },
      { verdict: "ask", rule: "WebFetch", from: "role" },
    ]);
    expect(sandbox).toContainEqual({ key: "network", value: "none", from: ["role"] });
    const text = await home.out("policy", "show", "--project", "my-app");
    expect(text).toMatch(/git +ask +role/);
  });

  test("refuses a project that does not exist", async () => {
    expect(await home.fault("policy", "show", "--project", "other")).toMatchObject({ code: "not_found" });
  });
});

describe("ccm policy test", () => {
  test("finds nothing where nothing has changed", async () => {
    await recordedRun(["ls", "git push", "npm test"]);
    expect(await replay()).toMatchObject({ runs: 1, calls: 3, changes: [], unreplayed: { runsWithoutRecord: 0, cutCalls: 0 } });
    expect(await home.out("policy", "test")).toContain("Of 3 calls of tools in 1 run");
  });

  test("tells which calls a stricter policy would have refused or asked about", async () => {
    const run = await recordedRun(["npm test", "npm install left-pad", "ls"]);
    const { changes } = await replay("--with", policyFile('deny: ["Bash(npm install:*)"]\nask: ["Bash(npm test:*)"]\n'));
    expect(changes.map(({ subject, was, is, by }) => ({ subject, was, is, by }))).toEqual([
      { subject: "npm test", was: "allow", is: "ask", by: "ask Bash(npm test:*)" },
      { subject: "npm install left-pad", was: "allow", is: "deny", by: "deny Bash(npm install:*)" },
    ]);
    expect(changes[0]).toMatchObject({ run, task: 1, project: "my-app", tool: "Bash" });
  });

  test("and which a looser one would have let go", async () => {
    await recordedRun(["git push origin main", "ls"], {});
    const { changes } = await replay("--with", policyFile("classes: { git: allow }\n"));
    expect(changes).toMatchObject([{ subject: "git push origin main", was: "deny", is: "allow" }]);
  });

  test("compares with what was decided then, whatever has been said since", async () => {
    await recordedRun(["npm test"], { deny: ["Bash(npm test:*)"] });
    expect((await replay()).changes).toMatchObject([{ was: "deny", is: "allow" }]);
    changeProject(home.ctx, 1, { settings: { guards: { deny: ["Bash(npm test:*)"] } } });
    expect((await replay()).changes).toEqual([]);
  });

  test("counts a call that a person allowed as one that was asked about", async () => {
    const ask: GuardWish = { ask: ["Bash(npm test)"] };
    changeProject(home.ctx, 1, { settings: { guards: ask } });
    await recordedRun(["npm test"], ask);
    await recordedRun(["npm test"], ask, [{ key: "toolu_1_0", tool: "Bash", input: { command: "npm test" }, verdict: "allow", text: "" }]);
    expect(await replay()).toMatchObject({ runs: 2, calls: 2, changes: [] });
    expect((await replay("--project", "my-app", "--with", policyFile("{}"))).changes).toMatchObject([
      { run: 1, was: "ask", is: "allow" },
      { run: 2, was: "ask", is: "allow" },
    ]);
  });

  test("sums up what happened many times, in words", async () => {
    await recordedRun(["npm test", "npm test"]);
    await recordedRun(["npm test"]);
    const text = await home.out("policy", "test", "--with", policyFile('ask: ["Bash(npm test)"]\n'));
    expect(text.replace(/\s+/g, " ")).toContain("ask, was allow: Bash(npm test), 3 times, the last time in r2 of task 1.");
  });

  test("says what could not be judged again", async () => {
    await recordedRun(["ls", `echo ${"x".repeat(100_000)}`]);
    const gone = await recordedRun(["ls"]);
    rmSync(home.paths.run(gone).root, { recursive: true });
    const { runs, calls, unreplayed } = await replay();
    expect({ runs, calls, unreplayed }).toEqual({
      runs: 1,
      calls: 1,
      unreplayed: { runsWithoutRecord: 1, cutCalls: 1, callsOfAutomations: 0 },
    });
    expect(await home.out("policy", "test")).toContain("Of 1 run there is no record");
  });

  test("looks only as far back, and only in the project, that it is asked for", async () => {
    await recordedRun(["ls"]);
    home.clock.advance(40 * 86_400_000);
    expect(await replay()).toMatchObject({ runs: 0 });
    expect(await replay("--since", "60d")).toMatchObject({ runs: 1 });
    expect(await replay("--since", "60d", "--project", "my-app")).toMatchObject({ runs: 1 });
  });

  test("changes nothing", async () => {
    await recordedRun(["ls"]);
    const before = home.ctx.db.sql.query("SELECT count(*) AS n, max(seq) AS m FROM events").get();
    await replay("--with", policyFile("classes: { git: allow }\n"));
    expect(home.ctx.db.sql.query("SELECT count(*) AS n, max(seq) AS m FROM events").get()).toEqual(before);
  });

  test.each([
    ["no YAML", "deny: [", "is not YAML"],
    ["a class that there is not", "classes: { everything: deny }", "classes"],
    ["a rule that nobody can read", 'deny: ["Bash(("]', "deny"],
    ["a list", "- Bash", "no names with their values"],
    ["one that says something twice", "deny: [Bash]\nask: [Write]\ndeny: []\n", '"deny" stands twice'],
    ["another section", "guards: { deny: [] }", "guards"],
  ])("refuses a file that is %s", async (_, text, says) => {
    const fault = await home.fault("policy", "test", "--with", policyFile(text));
    expect(fault).toMatchObject({ code: "invalid", exit: 2 });
    expect(fault.message).toContain(says);
  });

  test("refuses a record that an agent could have spoilt no further than that", async () => {
    const run = await recordedRun(["ls"]);
    mkdirSync(home.paths.run(run).root, { recursive: true });
    writeFileSync(
      home.paths.run(run).events,
      '{"seq":1,"at":1,"kind":"hook","text":"PreToolUse","json":null}\nnot json\n{"kind":"verdict"}\n',
    );
    expect(await replay()).toMatchObject({ runs: 1, calls: 1, changes: [] });
  });
});

test("the API shows and tests it, too", async () => {
  await recordedRun(["npm test"]);
  const api = await openApi(home.ctx);
  expect((await api.get("/policy?project=my-app")).body).toMatchObject({ project: "my-app" });
  const guards = encodeURIComponent(JSON.stringify({ deny: ["Bash(npm test)"] }));
  expect((await api.get(`/policy/test?guards=${guards}`)).body.changes).toMatchObject([{ was: "allow", is: "deny" }]);
  expect((await api.get("/policy/test?guards=nonsense")).status).toBe(422);
});

describe("the page", () => {
  const texts = async (path: string) =>
    plain((await (await openSite(home.ctx)).get(path)).main.replace(/<[^>]+>/g, " ")).replace(/\s+/g, " ");

  test("says what holds and who said so, for a project and for those that say nothing", async () => {
    changeProject(home.ctx, 1, { settings: { guards: { classes: { network: "ask" }, deny: ["Bash(make <b>:*)"] } } });
    expect(await texts("/policy")).toMatch(/network reaches other machines allow ccm/);
    const ofProject = await texts("/projects/my-app/policy");
    expect(ofProject).toMatch(/Bash\(make <b>:\*\) deny project/);
    expect(ofProject).toMatch(/network reaches other machines ask project/);
    expect(ofProject).toMatch(/Network host ccm/);
  });

  test("tries another policy, and shows the calls that it would have judged otherwise", async () => {
    const run = await recordedRun(["npm test", "npm test", "ls"]);
    const site = await openSite(home.ctx);
    const guards = "ask:\n  - Bash(npm test)\n";
    expect(await site.post("/projects/my-app/policy", { guards, since: "7d" })).toMatchObject({
      status: 303,
      to: "/projects/my-app/policy",
    });
    const { main } = await site.get("/projects/my-app/policy");
    const shown = plain(main.replace(/<[^>]+>/g, " ")).replace(/\s+/g, " ");
    expect(shown).toContain("Of 3 calls of tools in 1 run");
    expect(shown).toMatch(/ask was allow Bash\(npm test\) 2 times, the last time in r1/);
    expect(main).toContain(`href="/tasks/1/log?run=r${run}"`);
    expect(shown).toContain(guards.trim().replace(/\s+/g, " "));
    expect(await texts("/policy")).not.toContain("would be judged otherwise");
  });

  test.each([
    ["is no YAML", "deny: [", "is not YAML"],
    ["names a class that there is not", "classes: { everything: deny }", "classes"],
  ])("says beside the text why one that %s cannot be tried", async (_, guards, says) => {
    const site = await openSite(home.ctx);
    const { status, reasons } = await site.post("/policy", { guards });
    expect(status).toBe(422);
    expect(reasons["field-guards"]).toContain(says);
  });
});
