// Filters in a task's tree: those that the person's own configuration has for Git LFS, and no others.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { storeOf } from "./content-store.ts";
import { quoteValue } from "./quoting.ts";
import { run } from "./run.ts";
import type { Repository } from "./schema.ts";

/** What `git lfs install` sets (git-lfs-install(1)). */
const KEYS = ["clean", "smudge", "process", "required"];

/** `content`: the person's store holds some, so files of a commit can be more than their pointers. */
export type Filters = { lines: string[]; content: "some" | "none" };

/**
 * The person's filter as lines for a private directory's configuration; empty without one. It runs in the sandbox, finds the
 * person's content beside the objects that the directory borrows, and keeps its own in the private directory. Other filters
 * of theirs stay out: they may need keys, and what they write could be a secret.
 */
export async function filtersOf(repo: Repository): Promise<Filters> {
  const answer = await run({ gitDir: repo.gitDir, trust: "person", args: ["config", "-z", "--get-regexp", "^filter\\.lfs\\."] });
  const set = answer.stdout
    .toString()
    .split("\0")
    .map((entry) => entry.replace("filter.lfs.", "").split("\n"))
    .filter(([key = "", value]) => KEYS.includes(key) && value !== undefined);
  if (set.length < KEYS.length || !set.every(([key, value = ""]) => key === "required" || isLfs(value)))
    return { lines: [], content: "none" };
  const lines = ['[filter "lfs"]', ...set.map(([key, ...value]) => `\t${key} = ${quoteValue(value.join("\n"))}`)];
  // There is no server inside: a pointer whose content is not here stays one (git-lfs-config(5)).
  lines.push("[lfs]", "\tskipdownloaderrors = true");
  return { lines, content: existsSync(join(await storeOf(repo), "objects")) ? "some" : "none" };
}

/** One that is not installed any more would fail for every file, and what is in its place is not known. */
function isLfs(command: string): boolean {
  const [program = ""] = command.split(" ");
  return basename(program) === "git-lfs" && Bun.which(program, { PATH: process.env.PATH ?? "" }) !== null;
}

/** Settings under which no filter of a private directory runs. */
export const NO_FILTERS = ["filter.lfs.process=", "filter.lfs.smudge=", "filter.lfs.clean=", "filter.lfs.required=false"];
