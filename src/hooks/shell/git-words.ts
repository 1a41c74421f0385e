// How a command of git is written: git's own options, the folder it works in, what it is told to do. Pure.

import { resolvedAt } from "./builtins.ts";
import { programOf } from "./program-names.ts";
import type { Ran } from "./run.ts";
import { ANY } from "./values.ts";

/** `folder` is where git works, `directory` the git directory that it was told; `settings` are those of this one command. */
export type GitWords = {
  command: string;
  words: string[];
  folder: string | null;
  directory: string | undefined;
  settings: { name: string; value: string }[];
};

/** Options of git itself that take the next word. */
const VALUED = new Set(
  "-C -c --git-dir --work-tree --namespace --exec-path --super-prefix --config-env --attr-source --list-cmds".split(" "),
);

/** `git-push` is `git push`, wherever it lies. */
export function isGit(program: string): boolean {
  return program === "git" || program.startsWith("git-");
}

/** Reads the words of a program that `isGit`. */
export function gitWords({ words: [first = "", ...given], cwd, environment }: Ran): GitWords {
  const variable = (name: string) => environment.find((one) => one.name === name)?.value;
  const program = programOf(first);
  const words = program.startsWith("git-") ? [program.slice("git-".length), ...given] : given;
  const settings = environment.flatMap(({ name, value }) => {
    const place = /^GIT_CONFIG_KEY_(\d+)$/.exec(name)?.[1];
    return place === undefined ? [] : [{ name: value, value: variable(`GIT_CONFIG_VALUE_${place}`) ?? ANY }];
  });
  let [folder, directory, at] = [cwd, variable("GIT_DIR"), 0];
  for (; at < words.length && (words[at] as string).startsWith("-"); at++) {
    const [, option = "", joined] = /^(--[\w-]+)=([\s\S]*)$/.exec(words[at] as string) ?? [null, words[at]];
    const value = joined ?? words[at + 1] ?? "";
    if (option === "-C") folder = resolvedAt(folder, value);
    if (option === "--git-dir") directory = value;
    if (option === "-c") settings.push(settingIn(value));
    if (option === "--config-env") settings.push(settingFrom(value, variable));
    if (joined === undefined && VALUED.has(option)) at += 1;
  }
  return { command: words[at] ?? "", words: words.slice(at + 1), folder, directory, settings };
}

/** One without a value is true. */
function settingIn(word: string): { name: string; value: string } {
  const end = word.indexOf("=");
  return end < 0 ? { name: word, value: "true" } : { name: word.slice(0, end), value: word.slice(end + 1) };
}

function settingFrom(word: string, variable: (name: string) => string | undefined): { name: string; value: string } {
  const { name, value } = settingIn(word);
  return { name, value: variable(value) ?? ANY };
}
