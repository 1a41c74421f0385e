// How the commands of a line for a shell are judged: each program that it would run, wherever in the line it stands. Pure.

import type { CommandClass, GuardPolicy, Judgement } from "../rules.ts";
import { gitWords, isGit } from "../shell/git-words.ts";
import { programOf } from "../shell/program-names.ts";
import { COMMANDS, type Oddity, type Ran, runsOf } from "../shell/run.ts";
import { shellAt } from "../shell/state.ts";
import { shown } from "../shell/values.ts";
import { findingsOf } from "./command-classes.ts";

/** A program that a line would run: what rules are matched with, and what it is beside harmless. */
export type JudgedCommand = { subjects: string[]; written: string[]; judgements: Judgement[] };

/** Everything that the line would run, first to last. `line` may be the words of one program. */
export function commandsIn(line: string | readonly string[], cwd: string, { rules, places }: GuardPolicy): JudgedCommand[] {
  const text = typeof line === "string" ? line : line.map(quoted).join(" ");
  const { ran, odd } = runsOf(text, shellAt(cwd, places.home, places.tmp, COMMANDS));
  const judged = (found: CommandClass, reason: string): Judgement => ({ verdict: rules.classes[found], reason, by: `class ${found}` });
  return [
    ...ran.map((one) => ({
      ...subjectsOf(one),
      judgements: findingsOf(one, places).map((finding) => judged(finding.class, finding.reason)),
    })),
    ...odd.map((one) => ({
      subjects: [one.source],
      written: [one.source],
      judgements: [judged(ODD[one.kind].class, ODD[one.kind].reason(one))],
    })),
  ];
}

const ODD: Record<Oddity["kind"], { class: CommandClass; reason: (odd: Oddity) => string }> = {
  endless: { class: "destructive", reason: () => "It starts itself again and again until nothing else can run." },
  unclear: {
    class: "unclear",
    reason: ({ why }) =>
      `Nobody can say before it runs what it will run: ${why}. Write the command out, or put it into a file of the tree and run that.`,
  },
};

/** `written` is as it stands in the line; rules that refuse look behind folders and options, too. */
function subjectsOf(ran: Ran): Pick<JudgedCommand, "subjects" | "written"> {
  const [first = "", ...rest] = ran.words.map(shown);
  const program = programOf(first);
  const written = [[first, ...rest].join(" ")];
  const plain = program === first ? [] : [[program, ...rest].join(" ")];
  const git = isGit(program) ? gitWords(ran) : null;
  const bare = git ? [["git", git.command, ...git.words].map(shown).join(" ").trim()] : [];
  return { written, subjects: [...new Set([...written, ...plain, ...bare, ran.source])] };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
