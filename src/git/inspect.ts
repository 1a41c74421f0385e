// Finds out what a path is: which repository, what kind, what state, and who its person is.
import { lstat, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { complaint, mustRun, run, text } from "./run.ts";
import type { CommitId, RepositoryFacts } from "./schema.ts";

/** Faults: `not_found`-like problems are all `invalid`, with what the path is; `denied` for another user's repository. */
export async function inspect(path: string): Promise<RepositoryFacts> {
  const at = await folder(path);
  const found = await discover(at);
  const [config, head, tip, author] = await Promise.all([
    settings(found.gitDir),
    run({ gitDir: found.ownGitDir, args: ["symbolic-ref", "-q", "HEAD"] }),
    run({ gitDir: found.ownGitDir, args: ["rev-parse", "-q", "--verify", "HEAD^{commit}"] }),
    authorOf(found.gitDir),
  ]);
  const commit = tip.code === 0 ? tip.stdout.toString().trim() : null;
  return {
    path: found.top,
    gitDir: found.gitDir,
    bare: found.bare,
    head:
      head.code === 0
        ? head.stdout
            .toString()
            .trim()
            .replace(/^refs\/heads\//, "")
        : null,
    unborn: commit === null,
    shallow: found.shallow,
    partial: config.some(([key, value]) => key === "extensions.partialclone" || (key.endsWith(".promisor") && value !== "false")),
    hasSubmodules: commit !== null && (await submodulesAt(found.gitDir, commit)).length > 0,
    author,
  };
}

async function folder(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await lstat(real)).isDirectory()) return real;
  } catch (thrown) {
    throw new Fault("invalid", `"${path}" does not exist or may not be entered.`, "Give the path of a git repository on this machine.", {
      cause: thrown,
    });
  }
  throw new Fault("invalid", `"${path}" is a file, not a repository.`, "Give the folder that the repository is in.");
}

type Found = { top: string; gitDir: string; ownGitDir: string; bare: boolean; shallow: boolean };

/** The only search for a repository: as the person's own git would do it, their `safe.directory` included. */
async function discover(at: string): Promise<Found> {
  const first = await ask(at, []);
  if (first.code !== 0) {
    if ((await ask(at, ["safe.directory=*"])).code === 0) {
      throw new Fault(
        "denied",
        `The repository at "${at}" belongs to another user.`,
        `If you trust it: \`git config --global --add safe.directory '${at}'\`.`,
      );
    }
    const said = complaint(first.stderr);
    throw new Fault(
      "invalid",
      `"${at}" is not a git repository that this git can read (${said}).`,
      "`git init` there makes one; a repository format that is too new needs a newer git.",
    );
  }
  // Paths may contain newlines, so each is asked for on its own.
  const [bare, inside, shallow] = first.stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => line === "true");
  if (!bare && !inside) throw new Fault("invalid", `"${at}" is inside a git directory.`, "Give the folder that holds the files.");
  const one = async (flag: string) =>
    realpath(await text({ cwd: at, trust: "person", args: ["rev-parse", "--path-format=absolute", flag] }));
  const [gitDir, ownGitDir, top] = await Promise.all([
    one("--git-common-dir"),
    one("--absolute-git-dir"),
    bare ? null : one("--show-toplevel"),
  ]);
  return { top: top ?? gitDir, gitDir, ownGitDir, bare: bare ?? false, shallow: shallow ?? false };
}

const ask = (at: string, config: string[]) =>
  run({
    cwd: at,
    trust: "person",
    config,
    args: ["rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository"],
  });

/** Everything a repository's own configuration says, as key (lower case but for the middle) and value. */
export async function settings(gitDir: string): Promise<[string, string][]> {
  const answer = await mustRun({ gitDir, args: ["config", "--local", "--list", "-z"] });
  return answer.stdout
    .toString()
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const end = entry.indexOf("\n");
      return end < 0 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
    });
}

/** Paths of submodules: the gitlinks of a commit. Files are not listed, so this is cheap for any size. */
export async function submodulesAt(gitDir: string, commit: CommitId): Promise<string[]> {
  const answer = await mustRun({ gitDir, args: ["ls-tree", "-r", "-d", "-z", "--full-tree", commit] });
  return answer.stdout
    .toString()
    .split("\0")
    .filter((line) => line.startsWith("160000 "))
    .map((line) => line.slice(line.indexOf("\t") + 1));
}

/** The person's own name and address as their git would use them, or null when they never said. */
export async function authorOf(gitDir: string): Promise<{ name: string; email: string } | null> {
  const one = async (key: string) => {
    const answer = await run({ gitDir, cwd: dirname(gitDir), trust: "person", args: ["config", "--get", key] });
    return answer.code === 0 ? answer.stdout.toString().trim() : "";
  };
  const [name, email] = await Promise.all([one("user.name"), one("user.email")]);
  return name && email ? { name, email } : null;
}
