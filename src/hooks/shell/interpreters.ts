// Programs that run a text: shells, and other languages as far as the text stands in the line and starts programs. Pure.
import { parseShell } from "./parse.ts";
import type { Ran } from "./run.ts";
import { ANY, isKnown, MANY, PLAIN } from "./values.ts";
import { behindOptions, type Carried, carry, text } from "./wrappers.ts";

/** What a program reads by these names is its own input. */
const INPUT = /^(?:-|\/dev\/(?:stdin|fd\/\d+)|\/proc\/self\/fd\/\d+)$/;

/** `sh -c text name words`, `sh < text`, `… | sh`; a file of the tree is a program as any other. */
export function shellCarries(words: string[], { input }: Ran): Carried[] {
  let [at, takesText, takesInput] = [0, false, false];
  for (; at < words.length && /^[-+]./.test(words[at] as string); at++) {
    const option = words[at] as string;
    if (/^--(?:version|help)$/.test(option)) return [];
    takesText ||= /^-[A-Za-z]*c/.test(option);
    takesInput ||= /^-[A-Za-z]*s/.test(option);
    if (/^[-+][A-Za-z]*[oO]$|^--(?:rcfile|init-file)$/.test(option)) at += 1;
  }
  const [file, ...given] = words.slice(at);
  if (takesText)
    return file === undefined ? [] : [{ ...text(file, "the text that the shell is to run is not in the line", "own"), words: given }];
  if (file !== undefined && !takesInput && !INPUT.test(file))
    return isKnown(file) ? [] : [text(file.replaceAll(MANY, ANY), "the script that the shell is to run is not in the line", "own")];
  return input === null ? [] : inputCarries(input, "what the shell is to run comes from elsewhere", "own");
}

/** Texts that a shell reads; what a plain program prints is as good as that program. */
function inputCarries(input: NonNullable<Ran["input"]>, why: string, shell: "same" | "own"): Carried[] {
  if (input.texts) return input.texts.map((one) => text(one, why, shell));
  return [text(isPrinted(input) ? PLAIN : ANY, why, shell)];
}

/** Programs that print a file as it is. */
const PRINTING = new Set(["cat", "tee", "true", ":"]);

function isPrinted({ through }: NonNullable<Ran["input"]>): boolean {
  return through.every((program) => PRINTING.has(program));
}

export function sourced([file = ""]: string[], { input }: Ran): Carried[] {
  const why = "the file that is read as commands is not in the line";
  if (INPUT.test(file)) return input === null ? [] : inputCarries(input, why, "same");
  return isKnown(file) ? [] : [text(file.replaceAll(MANY, ANY), why, "same")];
}

/** The recipes of rules that stand in the line: `make -f - <<< 'x: ; ls'`, `make --eval 'x: ; ls'`. */
export function makeCarries(words: string[], { input }: Ran): Carried[] {
  const isFile = /^(?:-f|--file|--makefile)=?/;
  const reads = words.some((word, at) =>
    INPUT.test(isFile.test(word) ? word.replace(isFile, "") : isFile.test(words[at - 1] ?? "") ? word : ""),
  );
  const rules = words.flatMap((word, at) =>
    word.startsWith("--eval=") ? [word.slice("--eval=".length)] : words[at - 1] === "--eval" ? [word] : [],
  );
  const texts = [...rules, ...(reads ? (input?.texts ?? []) : [])];
  const recipes = texts.flatMap((one) => one.split("\n")).flatMap((line) => /^(?:\t|[^\t#=]*:[^;=]*;)(.*)/.exec(line)?.[1] ?? []);
  return recipes.map((line) => text(line.replace(/^\s*[-@+]*/, "").replaceAll("$$", "$"), "a recipe is not in the line", "own"));
}

/** Options of other languages whose value is a program; null for those whose first word is one. */
const CODE_OPTIONS = new Map<string, RegExp | null>(
  (
    [
      ["python python2 python3 pypy pypy3", /^-[a-zA-Z]*c$/],
      ["node nodejs bun deno tsx", /^(?:-e|-p|-pe|--eval|--print|eval)$/],
      ["perl", /^-[a-zA-Z0]*[eE]$/],
      ["ruby lua", /^-[a-z]*e$/],
      ["php", /^-r$/],
      ["awk gawk mawk nawk", null],
    ] as const
  ).flatMap(([programs, option]) => programs.split(" ").map((program) => [program, option] as const)),
);

/** Words and signs by which those languages start programs. */
const STARTS =
  /\b(?:system|popen\w*|exec\w*|spawn\w*|subprocess|child_process|check_(?:call|output)|getoutput|shell_exec|passthru|qx)\b|\$`|\bgetline\b|\|\s*"/i;
const BACKQUOTED = new Set(["perl", "ruby", "php"]);
const LITERAL = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|\bqx\s*[({[/|!]([^)}\]/|!]*)/g;
const FETCHING = new Set("curl wget nc ncat socat ssh ftp http https xh aria2c".split(" "));

/** Programs in other languages: what they start is one of their texts, or a list of texts. */
export function interpreterCarries(program: string, words: readonly string[], { input }: Ran): Carried[] {
  const option = CODE_OPTIONS.get(program);
  if (option === undefined) return [];
  const readsInput = option !== null && words.every((word) => INPUT.test(word));
  if (readsInput && input?.texts === null && input.through.some((one) => FETCHING.has(one)))
    return [text(ANY, `what ${program} is to run comes from elsewhere`, "own")];
  const behind = behindOptions(words, "-F -v -f --field-separator --assign --file");
  const given = option === null ? behind.slice(0, 1) : words.filter((_, at) => option.test(words[at - 1] ?? ""));
  const codes = [...given, ...(readsInput ? (input?.texts ?? []) : [])];
  return codes.filter((code) => STARTS.test(code) || (BACKQUOTED.has(program) && code.includes("`"))).flatMap(startedIn);
}

/** Each text that can be a line for a shell, and each list of texts as the words of one program. */
function startedIn(code: string): Carried[] {
  const literals = [...code.matchAll(LITERAL)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    text: textIn(match),
  }));
  const lists = literals.map((_, first) => {
    let last = first;
    while (literals[last + 1] && /^[\s,[\]]*$/.test(code.slice(literals[last]?.to, literals[last + 1]?.from))) last += 1;
    return literals.slice(first, last + 1).map((one) => one.text);
  });
  const lines = literals.map((one) => one.text.trim()).filter((line) => /^[^$].*\s/s.test(line) && parseShell(line).fault === null);
  return [...lists.filter((list) => list.length > 1).flatMap((list) => carry(list, "own")), ...lines.map((line) => text(line, "", "own"))];
}

function textIn([, ...texts]: RegExpMatchArray): string {
  return (texts.find((one) => one !== undefined) ?? "").replace(/\\(.)/g, "$1");
}
