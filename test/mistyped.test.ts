// Whatever word is mistyped, commands say which was meant: one table over all rooms.
import { expect, test } from "bun:test";
import { type CommandHome, openCommandHome } from "./support/command-home.ts";

async function homeWithTask(): Promise<CommandHome> {
  const home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  await home.out("create-task", "--title", "One", "--prompt", "x");
  return home;
}

const task = ["create-task", "--title", "x", "--prompt", "x"];

test.each<[line: string[], meant: string]>([
  [["lits-tasks"], "list-tasks"],
  [["tasks", "crate"], "create"],
  [["cofig", "list"], "config"],
  [["version"], "--version"],
  [["list-tasks", "--sate", "queued"], "--state"],
  [["list-tasks", "--state", "quued"], "queued"],
  [["wait", "1", "--for", "dne"], "done"],
  [["list-tasks", "--project", "my-ap"], "my-app"],
  [["project-status", "myapp"], "my-app"],
  [["unregister-project", "my-pap"], "my-app"],
  [["logs", "--project", "my_app"], "my-app"],
  [["recent-results", "--project", "My-App"], "my-app"],
  [[...task, "--kind", "bugfx"], "bugfix"],
  [[...task, "--priority", "urgnt"], "urgent"],
  [[...task, "--agent", "deom"], "demo"],
  [["edit-task", "1", "--priority", "hgih"], "high"],
  [["register-project", "--approval", "aks"], "ask"],
  [["register-project", "--gate", "ful=npm test"], "full"],
  [["register-project", "--role", "woker.model=opus"], "worker"],
  [["register-project", "--role", "worker.modle=opus"], "model"],
  [["register-project", "--agent", "cluade"], "claude"],
  [["completions", "bsh"], "bash"],
])("ccm %j: did you mean %s?", async (line, meant) => {
  const home = await homeWithTask();
  expect(await home.fault(...line)).toMatchObject({ hint: `Did you mean "${meant}"?` });
});

test("half of a name is met with the commands that have it", async () => {
  const home = openCommandHome();
  expect(await home.fault("projects")).toMatchObject({ hint: "Commands with that word: list-projects." });
  expect(await home.fault("create")).toMatchObject({ hint: "Commands with that word: create-task, worktrees create." });
});
