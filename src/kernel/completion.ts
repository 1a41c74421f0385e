// What a shell may offer for the word that is being typed: commands, options, and the values that rooms know.
import type { Command } from "cac";
import type { Ctx } from "./context.ts";
import type { Declared, Option } from "./declare.ts";
import { summary } from "./help-text.ts";
import { cut, printable } from "./text-table.ts";
import { actionsOf, findCommand, findOption, looksLikeOption, spellings } from "./words.ts";

/** A word that may stand there, and what to know about it; both may come from strangers. */
export type Offer = { word: string; about: string };

/** What is asked of a room: the words for a value of `command` that begin with `beginning`. `open` throws without a home. */
export type Asked = { command: string; beginning: string; open(): Promise<Ctx> };

/** What a room offers, by the name of the value: `task` for `<task>`, `state` for `--state <state>`. */
export type Offers = Record<string, (asked: Asked) => Offer[] | Promise<Offer[]>>;

/**
 * What belongs at the end of a line: words that are known from the declarations, or a value that its name says more
 * about. `lead` is what the word being typed holds before the value: `--state=` of `--state=que`.
 */
export type Wanted = { beginning: string; lead: string } & (
  | { kind: "words"; offers: Offer[] }
  | { kind: "value"; name: string; command: string }
);

/** `words` are those after `ccm`, up to the one that is being typed, which is the last and may be empty. */
export function wantedAt({ commands, globals }: Declared, words: readonly string[]): Wanted {
  const beginning = words.at(-1) ?? "";
  const before = words.slice(0, -1).filter((word) => !findOption(globals, word));
  const line = before[0] === "help" ? before.slice(1) : before;
  const found = findCommand(commands, line);
  if (found && line !== before) return nothing(beginning);
  if (found) return insideOf(found.command, globals, line.slice(found.words), beginning);
  if (line.length === 0) return known(beginning, beginning.startsWith("-") ? optionOffers(globals) : commandOffers(commands));
  if (line.length > 1) return nothing(beginning);
  return known(
    beginning,
    actionsOf(commands, line[0] ?? "").map((word) => ({ word, about: aboutCommand(commands, `${line[0]} ${word}`) })),
  );
}

function insideOf(command: Command, globals: readonly Option[], before: readonly string[], beginning: string): Wanted {
  const declared = [...command.options, ...globals];
  const { args, given, open, isPlain } = walk(declared, before);
  if (open) return value(command, nameIn(open.rawName), beginning, "");
  const equals = beginning.indexOf("=");
  if (!isPlain && beginning.startsWith("-") && equals > 0) {
    const option = findOption(declared, beginning.slice(0, equals));
    return option && !option.isBoolean
      ? value(command, nameIn(option.rawName), beginning.slice(equals + 1), beginning.slice(0, equals + 1))
      : nothing(beginning);
  }
  const arg = command.args[args] ?? command.args.find(({ variadic }) => variadic);
  const options = declared.filter((option) => !given.includes(option) || Array.isArray(option.config.type));
  if (!isPlain && (beginning.startsWith("-") || !arg)) return known(beginning, optionOffers(options));
  return arg ? value(command, arg.value, beginning, "") : nothing(beginning);
}

type Walked = {
  /** How many arguments were given. */
  args: number;
  given: Option[];
  /** The option whose value comes next. */
  open: Option | undefined;
  /** After `--` nothing is an option. */
  isPlain: boolean;
};

function walk(declared: readonly Option[], words: readonly string[]): Walked {
  const walked: Walked = { args: 0, given: [], open: undefined, isPlain: false };
  for (const word of words) {
    if (walked.open) walked.open = undefined;
    else if (walked.isPlain || !looksLikeOption(word)) walked.args++;
    else if (word === "--") walked.isPlain = true;
    else {
      const option = findOption(declared, word.split("=", 1)[0] ?? "");
      if (option) walked.given.push(option);
      if (option?.required && !word.includes("=")) walked.open = option;
    }
  }
  return walked;
}

/** `path` of `--prompt-file <path>`, `ask|auto` of `--approval <ask|auto>`. */
function nameIn(rawName: string): string {
  return /[<[](.+)[\]>]/.exec(rawName)?.[1] ?? "";
}

function value(command: Command, name: string, beginning: string, lead: string): Wanted {
  if (!/^[\w-]+(?:\|[\w-]+)+$/.test(name)) return { kind: "value", name, command: command.name, beginning, lead };
  return { kind: "words", offers: name.split("|").map((word) => ({ word, about: "" })), beginning, lead };
}

function known(beginning: string, offers: Offer[]): Wanted {
  return { kind: "words", offers, beginning, lead: "" };
}

function nothing(beginning: string): Wanted {
  return known(beginning, []);
}

/** Commands of one word with what they do, and the first words of the others with what may follow. */
function commandOffers(commands: readonly Command[]): Offer[] {
  const names = commands.flatMap(({ name, aliasNames }) => [name, ...aliasNames]);
  const groups = new Set(names.filter((name) => name.includes(" ")).map((name) => name.slice(0, name.indexOf(" "))));
  return [
    ...commands.filter(({ name }) => !name.includes(" ")).map((command) => ({ word: command.name, about: summary(command) })),
    ...[...groups].map((word) => ({ word, about: actionsOf(commands, word).join(", ") })),
    { word: "help", about: "Explain a command" },
  ];
}

function aboutCommand(commands: readonly Command[], name: string): string {
  const found = findCommand(commands, name.split(" "));
  return found ? summary(found.command) : "";
}

function optionOffers(options: readonly Option[]): Offer[] {
  return options.flatMap((option) => {
    const word = spellings(option).find((spelling) => spelling.startsWith("--"));
    return word ? [{ word, about: option.description }] : [];
  });
}

/** Words that no shell reads anything into, whichever quotes they stand in. Others are not offered. */
const SAFE_WORD = /^[\p{L}\p{N}_./@%+=,-]+$/u;
/** Shown beside a word; a title may have 200 letters, and bash breaks what is longer than the terminal. */
const ABOUT_COLUMNS = 64;

/**
 * A line an offer that fits: the word, a tab, and what there is to know about it, harmless to every terminal. Titles are
 * written by agents and strangers, so nothing of them becomes part of a word.
 */
export function offerLines(offers: readonly Offer[], { beginning, lead }: Pick<Wanted, "beginning" | "lead">): string {
  const fitting = offers.filter(({ word }) => word.startsWith(beginning) && SAFE_WORD.test(word));
  return fitting.map(({ word, about }) => `${lead}${word}\t${cut(printable(about), ABOUT_COLUMNS)}\n`).join("");
}
