// The pages and forms of projects: a request, what it is answered with, and what has happened then.
import { beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { newestEvents } from "../../src/kernel/events.ts";
import { listProjects, projectNamed } from "../../src/projects/actions.ts";
import { moveTask, mustFind, patchTask } from "../../src/tasks/actions.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { temporaryFolder } from "../support/folders.ts";
import { openSite, plain, type TestSite } from "../support/site.ts";

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  site = await openSite(home.ctx);
});

const register = (...words: string[]) =>
  home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo", ...words);

/** What the browser would send of the form on a page, its values as they are shown. */
async function formOf(page: string, action: string): Promise<Record<string, string>> {
  const { main } = await site.get(page);
  const form = new RegExp(`<form[^>]*action="${action}"[^>]*>([\\s\\S]*?)</form>`).exec(main)?.[1] ?? "";
  const fields: Record<string, string> = {};
  for (const [tag, name] of form.matchAll(/<input[^>]* name="(\w+)"[^>]*>/g)) {
    const isOff = /type="(?:radio|checkbox)"/.test(tag) && !/ checked/.test(tag);
    if (name && name !== "csrf" && !isOff) fields[name] = plain(/ value="([^"]*)"/.exec(tag)?.[1] ?? "");
  }
  for (const [, name, text] of form.matchAll(/<textarea[^>]* name="(\w+)"[^>]*>\n?([\s\S]*?)<\/textarea>/g))
    fields[name ?? ""] = plain(text ?? "");
  for (const [, name, options] of form.matchAll(/<select[^>]* name="(\w+)"[^>]*>([\s\S]*?)<\/select>/g))
    fields[name ?? ""] = plain(/<option value="([^"]*)" selected/.exec(options ?? "")?.[1] ?? "");
  return fields;
}

describe("registering", () => {
  test("asks for the repository, and proposes what its files speak for", async () => {
    expect((await site.get("/projects")).main).toContain("No project yet");
    expect((await site.get("/projects/new")).main).toContain("Which repository?");
    writeFileSync(join(home.repository.path, "package.json"), '{"scripts":{"test":"node --test"}}');
    const fields = await formOf(`/projects/new?path=${encodeURIComponent(home.repository.path)}`, "/projects/new");
    expect(fields).toMatchObject({ path: home.repository.path, base: "main", agent: "claude", approval: "ask", gateFull: "npm test" });
    const answer = await site.post("/projects/new", {
      ...fields,
      name: "my-app",
      agent: "demo",
      copies: ".env\r\n\r\n.npmrc",
      env: "A=1\nB=x=y",
    });
    expect(answer).toMatchObject({ status: 303, to: "/projects/my-app" });
    expect(site.news()).toEqual(["project.registered"]);
    expect(projectNamed(home.ctx, "my-app").settings).toMatchObject({
      gates: { full: "npm test" },
      copies: [".env", ".npmrc"],
      env: { A: "1", B: "x=y" },
    });
  });

  const unusable: [what: string, path: () => string, reason: RegExp][] = [
    ["a path that does not exist", () => "/dev/null/x", /does not exist/],
    ["a folder without a repository", () => temporaryFolder(), /is not a git repository/],
  ];
  test.each(unusable)("says beside the path why it cannot be %s", async (_, path, reason) => {
    expect((await site.get(`/projects/new?path=${encodeURIComponent(path())}`)).reasons["field-path"]).toMatch(reason);
    const { status, reasons } = await site.post("/projects/new", { path: path(), agent: "demo" });
    expect(status).toBe(422);
    expect(reasons["field-path"]).toMatch(reason);
  });

  test("leads on where a base branch can be named, and where the repository is known already", async () => {
    home.repository.git("checkout", "-q", "--detach");
    const page = `/projects/new?path=${encodeURIComponent(home.repository.path)}`;
    expect((await site.get(page)).main).toContain('name="base"');
    const refused = await site.post("/projects/new", { path: home.repository.path, base: "", agent: "demo" });
    expect(refused.reasons["field-base"]).toMatch(/detached HEAD/);
    home.repository.git("checkout", "-q", "main");
    await register();
    expect((await site.get(page)).reasons["field-path"]).toMatch(/registered already, as "my-app"/);
  });

  const refused: [field: string, value: string, reason: RegExp][] = [
    ["name", "my app", /has 1 to 64 letters/],
    ["name", "new", /cannot be called "new"/],
    ["base", "release", /no branch "release"/],
    ["agent", "cluade", /no agent "cluade"/],
    ["agent", "", /Name the agent/],
    ["gateFull", "x".repeat(4_001), /./],
    ["setup", "fetch --key [redacted secret DEMO]", /a secret that pages do not show/],
    ["copies", "../.env", /stay inside the repository/],
    ["env", "TOKEN", /NAME=value/],
    ["env", "A-B=1", /letters, digits and underscores/],
    ["env", "A=••••••", /no value of A yet/],
  ];
  test.each(refused)("refuses %s %p beside the field, and keeps what was typed", async (field, value, reason) => {
    const fields = { path: home.repository.path, name: "my-app", agent: "demo", setup: "npm ci", [field]: value };
    const { status, main, reasons } = await site.post("/projects/new", fields);
    expect({ status, at: Object.keys(reasons) }).toEqual({ status: 422, at: [`field-${field}`] });
    expect(reasons[`field-${field}`]).toMatch(reason);
    for (const typed of Object.values(fields)) expect(plain(main)).toContain(typed);
    expect(listProjects(home.ctx)).toEqual([]);
  });
});

describe("one project", () => {
  test("shows where it stands, and none of the values of its variables", async () => {
    await register("--gate", "full=npm test", "--env", "TOKEN=very-secret");
    await home.out("create-task", "--title", "Fix it", "--prompt", "x");
    patchTask(home.ctx, 1, { costUsd: 1.5 });
    const { main } = await site.get("/projects/my-app");
    expect(main).toContain("Fix it");
    expect(main).toContain("$1.50");
    expect(main).toContain("TOKEN=");
    expect(main).not.toContain("very-secret");
    expect((await site.get("/projects")).html).not.toContain("very-secret");
    expect((await site.get("/projects/nope")).status).toBe(404);
  });

  test("saved as it is changes nothing", async () => {
    const words = [
      "--gate",
      "quick=npm run lint",
      "--gate",
      "full=npm test",
      "--setup",
      "npm ci",
      "--copy",
      ".env",
      "--env",
      "TOKEN=very-secret",
    ];
    const sandbox = [
      "level=namespace",
      "hosts=model,a.example",
      "ports=443",
      "hide=~/private",
      "readOnly=package.json",
      "unixSockets=false",
    ];
    const ofWorkers = ["--role", "worker.model=opus", "--role", "worker.ask=[WebFetch]", "--role", "worker.sandbox.level=kernel"];
    await register(...words, ...sandbox.flatMap((word) => ["--sandbox", word]), ...ofWorkers, "--role", "worker.maxTurns=5");
    const before = projectNamed(home.ctx, "my-app");
    site.news();
    const fields = await formOf("/projects/my-app", "/projects/my-app/settings");
    expect(await site.post("/projects/my-app/settings", fields)).toMatchObject({ status: 303, to: "/projects/my-app" });
    expect(projectNamed(home.ctx, "my-app")).toEqual(before);
    expect(site.news()).toEqual([]);
  });

  test("is changed field by field, and the event names them without their values", async () => {
    await register("--gate", "full=npm test", "--env", "TOKEN=very-secret", "--role", 'worker.mcpServers={docs: {command: "docs"}}');
    site.news();
    const fields = await formOf("/projects/my-app", "/projects/my-app/settings");
    const changed = {
      ...fields,
      name: "app",
      approval: "auto",
      gateFull: "",
      gateQuick: "make",
      env: `${fields.env}\nMODE=test`,
      model: "opus",
      maxTurns: "7",
      sandboxLevel: "namespace",
      sandboxReadOnly: "package.json\nmigrations/",
    };
    expect(await site.post("/projects/my-app/settings", { ...changed, unixSockets: "yes" })).toMatchObject({
      status: 303,
      to: "/projects/app",
    });
    expect(projectNamed(home.ctx, "app")).toMatchObject({
      approval: "auto",
      settings: {
        gates: { quick: "make" },
        env: { TOKEN: "very-secret", MODE: "test" },
        sandbox: { level: "namespace", readOnly: ["package.json", "migrations/"], unixSockets: true },
        roles: { worker: { model: "opus", maxTurns: 7, mcpServers: { docs: { command: "docs" } } } },
      },
    });
    expect(site.news()).toEqual(["project.changed"]);
    const [event] = newestEvents(home.ctx.db, { limit: 1 });
    expect(event?.data).toMatchObject({ name: "app", fields: ["name", "approval", "gates", "env", "sandbox", "roles"] });
    expect(JSON.stringify(event)).not.toContain("very-secret");
  });

  const refused: [field: string, value: string, reason: RegExp][] = [
    ["name", "", /has 1 to 64 letters/],
    ["name", "other", /already a project "other"/],
    ["base", "", /base branch is empty/],
    ["base", "release", /no branch "release"/],
    ["agent", "cluade", /no agent "cluade"/],
    ["maxTurns", "many", /./],
    ["maxTurns", "0.5", /./],
    ["maxBudgetUsd", "0", /./],
    ["permissionMode", "anything", /./],
    ["ask", "no tool!", /a tool as claude names it/],
    ["extraDirectories", "docs", /absolute path/],
    ["sandboxLevel", "strong", /auto, namespace, kernel or none/],
    ["sandboxHosts", "http://a.example/x", /a host such as/],
    ["sandboxPorts", "70000", /a port/],
    ["sandboxHide", "private", /an absolute path/],
    ["sandboxReadOnly", "/etc/passwd", /a path inside the tree/],
    ["env", "OTHER=••••••", /no value of OTHER yet/],
  ];
  test.each(refused)("refuses %s %p beside the field", async (field, value, reason) => {
    await register();
    const other = temporaryFolder();
    home.repository.git("clone", "-q", ".", join(other, "other"));
    await home.out("register-project", "--path", join(other, "other"), "--name", "other", "--agent", "demo");
    site.news();
    const fields = await formOf("/projects/my-app", "/projects/my-app/settings");
    const { status, main, reasons } = await site.post("/projects/my-app/settings", { ...fields, [field]: value });
    expect({ status, at: Object.keys(reasons) }).toEqual({ status: 422, at: [`field-${field}`] });
    expect(reasons[`field-${field}`]).toMatch(reason);
    expect(plain(main)).toContain(value);
    expect(site.news()).toEqual([]);
  });

  test("keeps its base branch while work that began at it has not ended", async () => {
    await register();
    home.repository.git("branch", "release");
    await home.out("create-task", "--title", "Fix it", "--prompt", "x");
    const fields = { ...(await formOf("/projects/my-app", "/projects/my-app/settings")), base: "release" };
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "executing" });
    patchTask(home.ctx, 1, { baseCommit: home.repository.git("rev-parse", "HEAD") });
    expect((await site.post("/projects/my-app/settings", fields)).reasons["field-base"]).toMatch(/has begun at "main": 1 \(executing\)/);
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "failed" });
    expect((await site.post("/projects/my-app/settings", fields)).status).toBe(303);
    expect(projectNamed(home.ctx, "my-app").base).toBe("release");
  });
});

describe("unregistering", () => {
  test("is refused while tasks are open, unless they are to be cancelled", async () => {
    await register();
    await home.out("create-task", "--title", "Fix it", "--prompt", "x");
    site.news();
    const refused = await site.post("/projects/my-app/unregister");
    expect(refused.status).toBe(409);
    expect(plain(refused.main)).toContain('The project "my-app" has a task that did not end: 1 (queued).');
    expect(await site.post("/projects/my-app/unregister", { cancel: "yes" })).toMatchObject({ status: 303, to: "/projects" });
    expect(site.news()).toEqual(["task.cancelled", "project.unregistered"]);
    expect((await site.get("/tasks")).main).toContain("Fix it");
  });
});
