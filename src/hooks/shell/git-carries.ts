// What git runs in its turn: aliases, editors, pagers, and the commands that some of its commands take. Pure.

import { gitWords } from "./git-words.ts";
import type { Ran } from "./run.ts";
import { isUnknown } from "./values.ts";
import { behindOptions, type Carried, carry, optionTexts, text } from "./wrappers.ts";

/** Settings and variables whose value git gives to a shell. git-config(1) and git(1). */
const RUN_SETTING =
  /^(?:core\.(?:pager|editor|fsmonitor|sshcommand|askpass|gitproxy)|pager\..+|sequence\.editor|diff\.(?:external|.+\.(?:command|textconv))|(?:diff|merge)tool\..+\.cmd|merge\..+\.driver|filter\..+|credential\..*helper)$/i;
const RUN_VARIABLE = /^(?:EDITOR|VISUAL|PAGER|GIT_(?:EDITOR|PAGER|SEQUENCE_EDITOR|SSH|SSH_COMMAND|EXTERNAL_DIFF|ASKPASS))$/;

export function gitCarries(_words: string[], ran: Ran): Carried[] {
  const { command, words, folder, settings } = gitWords(ran);
  const aliases = settings.filter(({ name }) => /^alias\./i.test(name)).map(({ value }) => aliasOf(value));
  const configured = settings.filter(({ name }) => RUN_SETTING.test(name)).map(({ value }) => value);
  const variables = ran.environment.filter(({ name }) => RUN_VARIABLE.test(name)).map(({ value }) => value);
  const programs = [...configured, ...variables].filter((value) => value !== "" && !isUnknown(value)); // A person's own, as in `EDITOR=$EDITOR`.
  return [
    ...aliases.map((one) => text(one, "an alias of git is not in the line", "own")),
    ...programs.map((one) => text(one.replace(/^!/, ""), "what git is to run is not in the line", "own")),
    ...(COMMANDS[command]?.(words, folder) ?? []),
  ];
}

function aliasOf(value: string): string {
  return value.startsWith("!") ? value.slice(1) : `git ${value}`;
}

const COMMANDS: Record<string, (words: string[], folder: string | null) => Carried[]> = {
  submodule: (words) => {
    const [verb, ...rest] = behindOptions(words, "");
    return verb === "foreach" ? [text(behindOptions(rest, "").join(" "), "what runs in each submodule is not in the line", "own")] : [];
  },
  bisect: ([verb, ...words], cwd) => (verb === "run" ? carry(words, "own").map((one) => ({ ...one, cwd })) : []),
  rebase: (words) => optionTexts(words, "-x --exec"),
  difftool: (words) => optionTexts(words, "-x --extcmd"),
  grep: (words) => optionTexts(words, "-O --open-files-in-pager", "joined"),
  "filter-branch": (words) => optionTexts(words, "--tree-filter --index-filter --msg-filter --env-filter --commit-filter --parent-filter"),
};
