// Completion in the real shells: what they are told, what they show, and that no title of a task is ever obeyed.
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { newHome, SLOW_MS } from "../support/home-with-project.ts";
import { hasProgram, testWith } from "../support/programs.ts";
import { openTerminal } from "../support/terminal.ts";

beforeAll(() => {
  binary();
}, 120_000);

type Home = Awaited<ReturnType<typeof newHome>>;

/** A home with tasks whose titles would do something in a shell or a terminal that obeyed them. */
async function hostileHome(): Promise<Home & { owned: string; env: Record<string, string> }> {
  const home = await newHome();
  const owned = join(home.root, "owned");
  const titles = [
    `Fix $(touch ${owned}) and \`touch ${owned}\`; touch ${owned} | "quotes" 'single' \\back`,
    "Red %F{red}%B \u001b[31mred\u001b]0;renamed\u0007 \u202e <path>\nsecond line",
    "日本語のタイトル 🎉",
  ];
  for (const title of titles) await home.ccm("create-task", "--title", title.replace("\n", " "), "--prompt", "x");
  const programs = join(home.root, "bin");
  mkdirSync(programs);
  symlinkSync(binary(), join(programs, "ccm"));
  return { ...home, owned, env: { ...home.env, PATH: `${programs}:${home.env.PATH}`, TERM: "xterm" } };
}

describe("ccm complete", () => {
  const offered = async (home: Home, ...words: string[]) => {
    const { code, stdout, stderr } = await home.ccm("complete", "zsh", ...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.replaceAll(/\t.*/g, "").trim().split("\n");
  };

  test("knows what is there: tasks by what a command can do with them, projects, agents, settings", async () => {
    const home = await newHome();
    for (const title of ["One", "Two", "Three"]) await home.json("create-task", "--title", title, "--prompt", "x");
    await home.json("cancel-task", "2");
    await home.json("pause-task", "3");
    expect((await home.ccm("complete", "fish", "task-status", "")).stdout).toBe("3\tpaused: Three\n1\tqueued: One\n2\tcancelled: Two\n");
    expect(await offered(home, "task-status", "2")).toEqual(["2"]);
    expect(await offered(home, "retry-task", "")).toEqual(["2"]);
    expect(await offered(home, "tasks", "resume", "")).toEqual(["3"]);
    expect(await offered(home, "edit-task", "")).toEqual(["1"]);
    expect(await offered(home, "approve", "")).toEqual([""]);
    expect(await offered(home, "attach", "")).toEqual([""]);
    expect(await offered(home, "logs", "")).toEqual(["3", "2", "1"]);
    expect(await offered(home, "list-tasks", "--project", "")).toEqual(["repo"]);
    expect(await offered(home, "create-task", "--agent=c")).toEqual(["--agent=claude"]);
    expect(await offered(home, "config", "get", "web.po")).toEqual(["web.port"]);
    expect(await offered(home, "create-task", "--prompt-file", "")).toEqual(["<path>"]);
  });

  test("says nothing where nothing can be said", async () => {
    const home = await newHome();
    const nowhere = { env: { CCM_HOME: join(home.root, "nowhere") } };
    const quiet = { code: 0, stdout: "", stderr: "" };
    expect(await home.ccmWith(nowhere, "complete", "bash", "task-status", "")).toEqual(quiet);
    expect(await home.ccm("complete")).toMatchObject({ code: 0, stderr: "" });
    expect(await home.ccm("complete", "bash", "no-command", "")).toEqual(quiet);
    await Bun.write(home.paths.database, "no database");
    expect(await home.ccm("complete", "bash", "list-tasks", "--project", "")).toEqual(quiet);
  });
});

/** A shell in a terminal, set up and ready. */
async function shell(home: Awaited<ReturnType<typeof hostileHome>>, argv: string[], setUp: string) {
  const terminal = openTerminal(home, argv);
  terminal.type(`${setUp}; PS1='ready> '; clear; echo set up`, "Enter");
  await terminal.shows("\nready>");
  return terminal;
}

const inTerminal = (program: string) => testWith(hasProgram("tmux") ? program : "tmux");

inTerminal("bash")(
  "bash completes commands, options, values and files, and lists tasks with their titles",
  async () => {
    const home = await hostileHome();
    const { screen, shows, type } = await shell(home, ["bash", "--norc", "-i"], 'eval "$(ccm completions bash)"');
    type("ccm unreg", "Tab");
    await shows("unregister-project");
    type("re", "Tab");
    await shows("unregister-project repo");
    type("C-u", "ccm list-tasks --state=appr", "Tab");
    await shows("--state=approving");
    type("C-u", "ccm create-task --file /etc/hostn", "Tab");
    await shows("/etc/hostname");
    type("C-u", "ccm task-status ", "Tab", "Tab");
    await shows("3  (queued: 日本語のタイトル 🎉)");
    expect(screen()).toContain("1  (queued: Fix $(touch");
    expect(screen()).toContain("2  (queued: Red %F{red}%B \ufffd[31mred\ufffd]0;renamed\ufffd");
    expect(existsSync(home.owned)).toBe(false);
  },
  SLOW_MS,
);

inTerminal("zsh")(
  "zsh completes the same, and describes it",
  async () => {
    const home = await hostileHome();
    const setUp = 'autoload -Uz compinit; compinit -D -u; eval "$(ccm completions zsh)"';
    const { screen, shows, type } = await shell(home, ["zsh", "-f", "-i"], setUp);
    type("ccm unreg", "Tab");
    await shows("unregister-project");
    type("re", "Tab");
    await shows("unregister-project repo");
    type("C-u", "ccm list-tasks --state=appr", "Tab");
    await shows("--state=approving");
    type("C-u", "ccm create-task --file /etc/hostn", "Tab");
    await shows("/etc/hostname");
    type("C-u", "ccm task-status ", "Tab");
    await shows("3  -- queued: 日本語のタイトル 🎉");
    expect(screen()).toContain("1  -- queued: Fix $(touch");
    expect(screen()).toContain("2  -- queued: Red %F{red}%B \ufffd[31mred\ufffd]0;renamed\ufffd");
    expect(existsSync(home.owned)).toBe(false);
  },
  SLOW_MS,
);

testWith("fish")(
  "fish completes the same, and describes it",
  async () => {
    const home = await hostileHome();
    const complete = (line: string) => {
      const words = ["--no-config", "-c", `ccm completions fish | source; complete -C ${JSON.stringify(line)}`];
      return Bun.spawnSync(["fish", ...words], { cwd: home.root, env: home.env }).stdout.toString();
    };
    expect(complete("ccm unreg")).toBe("unregister-project\tForget a project\n");
    expect(complete("ccm unregister-project ")).toBe(`repo\t${home.repo.slice(0, 63)}${home.repo.length > 64 ? "…" : ""}\n`);
    expect(complete("ccm list-tasks --state=appr")).toBe("--state=approving\n");
    expect(complete("ccm create-task --file /etc/hostn")).toContain("/etc/hostname");
    expect(complete("ccm create-task --file=/etc/hostn")).toContain("--file=/etc/hostname");
    const tasks = complete("ccm task-status ").split("\n");
    expect(tasks).toHaveLength(4);
    expect(tasks[0]).toStartWith("1\tqueued: Fix $(touch");
    expect(tasks[1]).toStartWith("2\tqueued: Red %F{red}%B \ufffd[31mred\ufffd]0;renamed\ufffd");
    expect(existsSync(home.owned)).toBe(false);
  },
  SLOW_MS,
);
