// A YAML file that a person wrote: what it holds, or the first thing that is wrong with it, with its line.
import * as v from "valibot";
import { lineOfKey, repeatedKey } from "./config-file.ts";
import { entriesOf } from "./config-keys.ts";
import { Fault, messageOf } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** The file's mapping, `correct` being the hint for what is none; a file that is empty holds nothing. A key that stands there twice is refused: the first one would silently not count. */
export function parseMapping(text: string, file: string, correct: string): Record<string, unknown> | Fault {
  let parsed: unknown;
  try {
    parsed = Bun.YAML.parse(text);
  } catch (thrown) {
    return new Fault(
      "invalid",
      `"${file}", line ${brokenLine(text)}, is not YAML: ${messageOf(thrown).replace("YAML Parse error: ", "")}.`,
      "Check quotes, brackets and indentation (spaces, no tabs).",
    );
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed))
    return new Fault("invalid", `"${file}" holds no names with their values.`, correct);
  const repeated = repeatedKey(text);
  if (!repeated) return parsed as Record<string, unknown>;
  return new Fault(
    "invalid",
    `"${repeated.key}" stands twice in "${file}", in the lines ${repeated.first} and ${repeated.line}.`,
    "Put both under one: only the last one would count.",
  );
}

/** The line after the longest part of the text that parses: Bun's parser names no line. */
function brokenLine(text: string): number {
  const lines = text.split("\n");
  for (let count = lines.length - 1; count > 0; count--) {
    try {
      Bun.YAML.parse(lines.slice(0, count).join("\n"));
      return count + 1;
    } catch {}
  }
  return 1;
}

/** What a file holds as its schema has it, or the first thing wrong with it. `correct` is the hint where nothing closer is known. */
export function checkFile<S extends v.GenericSchema>(schema: S, text: string, file: string, correct: string): v.InferOutput<S> | Fault {
  const parsed = parseMapping(text, file, correct);
  if (parsed instanceof Fault) return parsed;
  const checked = v.safeParse(schema, parsed, { abortEarly: true });
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const path = pathOf(issue);
  return wrongValue(issue, { path, where: placeOf(text, file, path), known: siblings(schema, path), correct });
}

export function pathOf(issue: v.BaseIssue<unknown>): string[] {
  return (issue.path ?? []).map((item) => String(item.key));
}

/** The names that stand beside this one, where only some may. */
export function siblings(schema: v.GenericSchema, path: readonly string[]): string[] {
  return Object.keys(entriesOf(schema, path.slice(0, -1)) ?? {});
}

/** The file, and the line of a key where one can be told. */
export function placeOf(text: string, file: string, path: readonly string[]): string {
  const line = lineOfKey(text, path);
  return line === undefined ? file : `${file}, line ${line}`;
}

type About = { path: readonly string[]; where: string; known: readonly string[]; correct: string };

/** A value that its schema refuses, or a name that is none. */
export function wrongValue(issue: v.BaseIssue<unknown>, { path, where, known, correct }: About): Fault {
  const words = wordsExpected(issue.expected);
  if (issue.type === "strict_object" && issue.expected === "never") return unknownKey(path, known, where);
  if (issue.path?.at(-1)?.origin === "key") return unknownKey(path, words, where);
  const expected = issue.kind === "schema" && issue.message.startsWith("Invalid") ? words.join(" or ") || issue.expected : issue.message;
  return new Fault(
    "invalid",
    `"${path.join(".")}" (${where}) must be ${expected ?? "another value"}, not ${JSON.stringify(issue.input)}.`,
    didYouMean(String(issue.input), words, correct),
  );
}

/** A choice of words is expected as `("auto" | "kernel")`: https://valibot.dev/api/picklist/. */
function wordsExpected(expected: string | null): string[] {
  return [...(expected ?? "").matchAll(/"([^"]+)"/g)].map(([, word = ""]) => word);
}

export function unknownKey(path: readonly string[], known: readonly string[], where: string): Fault {
  const name = path.at(-1) ?? "";
  return new Fault("invalid", `"${path.join(".")}" (${where}) is no setting.`, didYouMean(name, known, `Known here: ${known.join(", ")}.`));
}
