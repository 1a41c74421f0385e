// Commands of git that are ccm's or the person's to give, and what an agent does instead. A courtesy: the private git directory is the wall. Pure.

import type { GuardPlaces } from "../rules.ts";
import { resolvedAt } from "../shell/builtins.ts";
import { type GitWords, gitWords } from "../shell/git-words.ts";
import type { Ran } from "../shell/run.ts";
import { isKnown, isUnknown, maybe } from "../shell/values.ts";
import type { Finding } from "./command-classes.ts";
import { isIn } from "./zones.ts";

/** Whether git works in a repository that is not the task's: one elsewhere, or one in the tree that the line itself makes. */
function isElsewhere(ran: Ran, { folder, directory }: GitWords, places: GuardPlaces): boolean {
  const target = directory === undefined ? folder : resolvedAt(folder, directory);
  if (target !== null && !isIn(target, places.tree) && !isIn(target, places.git)) return true;
  return target !== places.tree && ran.isOwnRepository(target);
}

/** What is wrong with a command of git, if anything. */
export function gitFindings(ran: Ran, places: GuardPlaces): Finding[] {
  const git = gitWords(ran);
  const { command, words } = git;
  const others = Object.keys(ELSEWHERE).filter((name) => maybe(command, name));
  const found = others.flatMap((name) => ELSEWHERE[name]?.(words) ?? []);
  if (isElsewhere(ran, git, places)) return found;
  if (command !== "" && isUnknown(command))
    return [{ class: "git", reason: `Nobody can say before it runs what this asks of git. Write the command of git out.` }, ...found];
  return [
    ...Object.keys(OURS)
      .filter((name) => maybe(command, name))
      .flatMap((name) => own(OURS[name]?.(words) ?? null)),
    ...found,
  ];
}

function own(reason: string | null): Finding[] {
  return reason === null ? [] : [{ class: "git", reason }];
}

const PUSH =
  "ccm takes this branch out of the sandbox by itself: commit your work here and say in your answer that it is done. No push is needed.";
const BRANCH = "This tree stays on its own branch: commit here. `git show BRANCH:FILE` and `git diff BRANCH` show what is elsewhere.";
const CONFIG = "git's configuration is ccm's here, author and all. For one command, `git -c NAME=VALUE …` does it.";
const REMOTE = "Remotes are the person's, and nothing is pushed from here. Say in your answer which one is missing.";
const WORKTREE =
  "A task has this one tree. `git show COMMIT:FILE` reads from other commits, and a copy below $TMPDIR serves to try something.";
const SUBMODULE = "Submodules are not for agents to change. Say in your answer what should become of them, and a person does it.";
const REFS = "Branches are moved by commits here. `git reset` and `git revert` go back.";

/** What in the task's own repository is not the agent's; each gives the reason, or null for what is harmless. */
const OURS: Record<string, (words: string[]) => string | null> = {
  push: (words) => (words.some(isDryRun) ? null : PUSH),
  "send-pack": () => PUSH,
  switch: () => BRANCH,
  checkout: (words) => (switches(words) ? BRANCH : null),
  branch: (words) => (words.some((word) => /^-(?:[a-zA-Z]*[mM])$|^--move$/.test(word)) ? BRANCH : null),
  "symbolic-ref": (words) => (words.filter((word) => !word.startsWith("-")).length > 1 || words.includes("-d") ? BRANCH : null),
  "update-ref": () => REFS,
  config: (words) => (configures(words) ? CONFIG : null),
  remote: (words) => (/^(?:add|rename|rm|remove|set-head|set-branches|set-url|prune)$/.test(firstOf(words)) ? REMOTE : null),
  worktree: (words) => (/^(?:add|move|remove|prune|repair|lock)$/.test(firstOf(words)) ? WORKTREE : null),
  submodule: (words) => (/^(?:add|init|update|deinit|set-branch|set-url|sync|absorbgitdirs)$/.test(firstOf(words)) ? SUBMODULE : null),
  lfs: (words) => (/^(?:install|uninstall|update|push)$/.test(firstOf(words)) ? CONFIG : null),
  stash: (words) => (firstOf(words) === "branch" ? BRANCH : null),
};

const NETWORK = "It talks to another machine.";

/** What matters in every repository. */
const ELSEWHERE: Record<string, (words: string[]) => Finding[]> = {
  fetch: () => [{ class: "network", reason: NETWORK }],
  pull: () => [{ class: "network", reason: NETWORK }],
  "ls-remote": () => [{ class: "network", reason: NETWORK }],
  clone: (words) =>
    words.some((word) => /^[a-z+]+:\/\/(?!\/)|^[\w.-]+@[\w.-]+:/.test(word) && !word.startsWith("file:"))
      ? [{ class: "network", reason: NETWORK }]
      : [],
  "send-email": () => [{ class: "publish", reason: "It sends mail to people." }],
  credential: () => [{ class: "credentials", reason: "Passwords of git are the person's. Nothing here needs one: ccm pushes." }],
};

function isDryRun(word: string): boolean {
  return word === "--dry-run" || word === "-n";
}

function firstOf(words: readonly string[]): string {
  return words.find((word) => !word.startsWith("-")) ?? "";
}

/** `git checkout` of files is harmless; what looks like a file may be one. */
function switches(words: string[]): boolean {
  if (words.some((word) => /^(?:-[bB]|--orphan|--detach|-[a-zA-Z]*d|-t|--track)$/.test(word))) return true;
  if (words.includes("--") || words.some((word) => /^(?:-p|--patch|--ours|--theirs|-m|--pathspec-from-file.*)$/.test(word))) return false;
  const names = words.filter((word) => !word.startsWith("-"));
  const [first] = names;
  return names.length === 1 && first !== undefined && isKnown(first) && !/^\.|\/$|\.[A-Za-z]\w*$/.test(first);
}

/** Reading is harmless, and so is a file that is named, or that of the run's own home. */
function configures(words: string[]): boolean {
  if (words.some((word) => /^(?:--get.*|-l|--list|--show-.*|--global|-f|--file.*|--blob.*|--default.*)$/.test(word))) return false;
  if (/^(?:get|list)$/.test(firstOf(words))) return false;
  return (
    words.filter((word) => !word.startsWith("-")).length > 1 ||
    words.some((word) => /^(?:--unset.*|--add|--replace-all|-e|--edit|--remove-section|--rename-section)$/.test(word))
  );
}
