// Whose word holds for work in a project: the person's, then the repository's on its base branch.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import {
  listProjects,
  onlyProject,
  projectOf,
  registerProject,
  repositoryOf,
  settingsAt,
  unregisterProject,
} from "../../src/projects/actions.ts";
import { newProjectSchema, type Project } from "../../src/projects/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";

async function register(home: CommandHome, settings: Record<string, unknown> = {}): Promise<Project> {
  return registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, settings }));
}

describe("settings", () => {
  const inRepository = 'gates:\n  full: "make test"\n  quick: "make lint"\nsetup: "make deps"\ncopies: [".env"]\n';

  test("that the person left open are the repository's own, from its base", async () => {
    const home = openCommandHome();
    const project = await register(home);
    const commit = home.repository.commit("Settings", { ".ccm/project.yaml": inRepository });
    expect(await settingsAt(home.ctx, project, commit)).toMatchObject({
      gates: { full: "make test", quick: "make lint" },
      setup: "make deps",
      copies: [".env"],
    });
  });

  test("that the person gave win", async () => {
    const home = openCommandHome();
    const project = await register(home, { gates: { full: "npm test" }, setup: "npm ci", copies: ["a"] });
    const commit = home.repository.commit("Settings", { ".ccm/project.yaml": inRepository });
    expect(await settingsAt(home.ctx, project, commit)).toMatchObject({
      gates: { full: "npm test", quick: "make lint" },
      setup: "npm ci",
      copies: ["a"],
    });
  });

  test("are the person's alone where the repository says nothing", async () => {
    const home = openCommandHome();
    const project = await register(home, { setup: "npm ci" });
    expect(await settingsAt(home.ctx, project, home.repository.git("rev-parse", "HEAD"))).toEqual(project.settings);
  });

  test("that would weaken a person's choice are not taken from the repository", async () => {
    const home = openCommandHome();
    const project = await register(home);
    const commit = home.repository.commit("Settings", {
      ".ccm/project.yaml": "sandbox: { unixSockets: true }\nenv: { PATH: /evil }\napproval: auto\n",
    });
    expect(await settingsAt(home.ctx, project, commit)).toMatchObject({ sandbox: {}, env: {} });
  });

  test.each([
    ["no YAML", "gates: [unclosed"],
    ["of another form", "gates: 7"],
    ["a gate of another name", "gates: { nightly: make }"],
    ["a path outside", "copies: [../../.ssh/id_ed25519]"],
  ])("with %s are a Fault that names the file", async (_, text) => {
    const home = openCommandHome();
    const project = await register(home);
    const commit = home.repository.commit("Settings", { ".ccm/project.yaml": text });
    await expect(settingsAt(home.ctx, project, commit)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(".ccm/project.yaml"),
    });
  });

  test("with a broken policy are a Fault that names place and value, and says how the task goes on", async () => {
    const home = openCommandHome();
    const project = await register(home);
    const text = "roles:\n  worker:\n    guards:\n      classes:\n        git: never\n";
    await expect(settingsAt(home.ctx, project, home.repository.commit("Settings", { ".ccm/project.yaml": text }))).rejects.toMatchObject({
      code: "invalid",
      message: '"roles.worker.guards.classes.git" (.ccm/project.yaml on main, line 5) must be allow, ask or deny, not "never".',
      hint: 'Correct the file on "main"; a task that failed of it goes on with `ccm retry-task`.',
    });
  });

  test("of an empty file change nothing", async () => {
    const home = openCommandHome();
    const project = await register(home, { setup: "npm ci" });
    const commit = home.repository.commit("Settings", { ".ccm/project.yaml": "" });
    expect(await settingsAt(home.ctx, project, commit)).toMatchObject({ setup: "npm ci" });
  });
});

test("a project is named after its folder, commits in the person's name, and is found again", async () => {
  const home = openCommandHome();
  const project = await register(home);
  expect(home.repository.path).toEndWith(project.name);
  expect(project).toMatchObject({ authorName: "Ada", authorEmail: "ada@example.org", base: "main", agent: "claude", approval: "ask" });
  expect(projectOf(home.ctx, project.id)).toEqual(project);
  expect(onlyProject(home.ctx)).toEqual(project);
  expect(repositoryOf(project)).toEqual({ path: project.path, gitDir: project.gitDir });
  expect(() => projectOf(home.ctx, 99)).toThrow("No project 99");
});

test("forgetting a project twice is one event", async () => {
  const home = openCommandHome();
  const project = await register(home);
  unregisterProject(home.ctx, project);
  unregisterProject(home.ctx, project);
  expect(listProjects(home.ctx)).toEqual([]);
  const events = home.ctx.db.sql.query("SELECT name FROM events WHERE name = 'project.unregistered'").all();
  expect(events).toHaveLength(1);
});
