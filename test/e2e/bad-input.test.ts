// What people get wrong on the command line: each is answered with the right exit code, a sentence, and what to try.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { openHome } from "../support/home-under-test.ts";
import { addTask, expectFault, expectWhole, furnish, git, makeRepository } from "../support/home-with-project.ts";

beforeAll(() => {
  binary();
}, 120_000);

describe("a command line", () => {
  const shared = openHome("command-line");
  let repo = "";
  beforeAll(async () => {
    repo = await furnish(shared);
    await addTask(shared, "waiting");
    for (const name of ["plain", "unborn", "detached"]) mkdirSync(join(shared.root, name));
    git(shared, join(shared.root, "unborn"), "init", "-q");
    rmSync(join(shared.root, "detached"), { recursive: true });
    makeRepository(shared, join(shared.root, "detached"));
    git(shared, join(shared.root, "detached"), "checkout", "-q", "--detach");
    writeFileSync(join(shared.root, "large.md"), Buffer.alloc(10_000_000, "x"));
  });
  afterAll(() => shared.remove());

  const create = (...words: string[]) => ["create-task", "--title", "T", ...words];
  const cases: [what: string, words: string[], code: number, sentence: RegExp, hint: RegExp][] = [
    ["an unknown command", ["creat-task"], 2, /"creat-task"/, /create-task/],
    ["an unknown option", ["list-tasks", "--nope"], 2, /"--nope"/, /--help/],
    ["an unknown project", create("--project", "nope", "--prompt", "p"), 3, /project "nope"/, /list-projects/],
    ["a path that is not there", ["register-project", "--path", "gone"], 2, /gone" does not exist/, /path/],
    ["a path that is no repository", ["register-project", "--path", "plain"], 2, /plain" is no git repository|not a git/i, /git init/],
    ["an unborn HEAD", ["register-project", "--path", "unborn"], 2, /no commit yet/, /commit/],
    ["a detached HEAD", ["register-project", "--path", "detached"], 2, /detached HEAD/, /--base/],
    ["a base that is not there", ["register-project", "--path", "detached", "--base", "gone"], 3, /branch "gone"/, /--base/],
    ["a repository that is registered", ["register-project", "--path", "repo"], 4, /already registered as "repo"/, /project-status/],
    ["a name that is taken", ["register-project", "--path", "detached", "--base", "main", "--name", "repo"], 4, /project "repo"/, /--name/],
    ["an empty prompt", create("--prompt", " \n"), 2, /prompt is empty/, /create-task --help/],
    ["no prompt at all", create(), 2, /prompt/, /--prompt/],
    ["an empty title", ["create-task", "--title", "", "--prompt", "p"], 2, /title/i, /./],
    ["a prompt of 10 MB", create("--prompt-file", "large.md"), 2, /larger than 1 MB/, /file of the repository/],
    ["a prompt's file that is not there", create("--prompt-file", "gone.md"), 3, /gone\.md/, /path/],
    ["a dependency that is not there", create("--prompt", "p", "--after", "77"), 3, /task "77"/, /list-tasks/],
    ["an unknown kind", create("--prompt", "p", "--kind", "magic"), 2, /magic/, /feature/],
    ["an unknown priority", create("--prompt", "p", "--priority", "9"), 2, /"9"/, /urgent/],
    ...["0", "abc", "1.5", "1e3", "٣"].map((id): (typeof cases)[number] => [
      `"${id}" as a task's number`,
      ["task-status", id],
      2,
      new RegExp(`"${id}" is no task's number`),
      /list-tasks/,
    ]),
    ["a negative number", ["task-status", "-1"], 2, /"-1"/, /--help/],
    ["a number nobody has", ["task-status", "999999999999"], 3, /task "999999999999"/, /list-tasks/],
    ["a number beyond all numbers", ["task-status", "99999999999999999999"], 2, /is no task's number/, /list-tasks/],
    ["a run nobody has", ["agent-status", "r999"], 3, /r999/, /list-agents/],
    ["approving what does not wait", ["approve", "1"], 4, /"queued"/, /ccm wait 1/],
    ["resuming what is not paused", ["resume-task", "1"], 4, /"queued"/, /pause-task/],
    ["rejecting without a reason", ["reject", "1", "--reason", " "], 4, /queued/, /./],
    ["a state that is none", ["wait", "1", "--for", "happy"], 2, /"happy"/, /approving/],
    ["a setting that is none", ["config", "set", "limits.runz", "3"], 3, /limits\.runz/, /limits\.runs/],
    ["a value that is none", ["config", "set", "limits.runs", "many"], 2, /limits\.runs/, /./],
  ];

  test.each(cases)("%s", async (_, words, code, sentence, hint) => {
    expectFault(await shared.ccm(...words), code, sentence, hint);
    const asJson = await shared.ccm(...words, "--json");
    const { error } = JSON.parse(asJson.stderr);
    expect({ code: asJson.code, stdout: asJson.stdout }).toEqual({ code, stdout: "" });
    expect(error).toEqual({ code: expect.any(String), message: expect.stringMatching(sentence), hint: expect.any(String) });
  });

  test("that waits longer than it was told to", async () => {
    const { code, stderr } = await shared.ccm("wait", "1", "--for", "done", "--timeout", "1");
    expect([code, stderr]).toEqual([7, expect.stringMatching(/^ccm: Task 1 .*\n {2}./)]);
  });

  test("has changed nothing", async () => {
    await expectWhole(shared, 1);
    expect(await shared.json<unknown[]>("list-projects")).toHaveLength(1);
    expect(git(shared, repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });
});
