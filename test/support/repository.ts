// Real git repositories for tests, made without the settings of whoever runs them.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./folders.ts";

/** Nothing of the person's or the machine's git configuration, and the same commit ids every time. */
export const GIT_ENVIRONMENT = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_AUTHOR_DATE: "2030-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
  GIT_COMMITTER_DATE: "2030-01-01T00:00:00Z",
};

export type TestRepository = {
  path: string;
  /** Runs git in it and gives its output without the last newline; throws with what git said when it fails. */
  git(...words: string[]): string;
  write(files: Record<string, string>): void;
  /** Writes the files, commits everything, gives the commit's id. */
  commit(message: string, files?: Record<string, string>): string;
};

/** A repository on branch `main` in a temporary folder, with one commit of `files` and one more for each of `commits`. */
export function makeRepository(content: { files?: Record<string, string>; commits?: Record<string, string>[] } = {}): TestRepository {
  const path = temporaryFolder("repository");
  const repository: TestRepository = {
    path,
    git: (...words) => git(path, words),
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    commit(message, files = {}) {
      repository.write(files);
      repository.git("add", "--all");
      repository.git("commit", "--quiet", "--allow-empty", `--message=${message}`);
      return repository.git("rev-parse", "HEAD");
    },
  };
  repository.git("init", "--quiet", "--initial-branch=main");
  repository.git("config", "user.name", "Ada");
  repository.git("config", "user.email", "ada@example.org");
  repository.commit("First", content.files ?? { "README.md": "# Sample\n" });
  for (const [i, files] of (content.commits ?? []).entries()) repository.commit(`Change ${i + 1}`, files);
  return repository;
}

function git(path: string, words: readonly string[]): string {
  const run = Bun.spawnSync(["git", ...words], { cwd: path, env: GIT_ENVIRONMENT, stdin: "ignore" });
  if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")} failed: ${run.stderr.toString()}`);
  return run.stdout.toString().replace(/\n$/, "");
}
