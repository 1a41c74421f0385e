// What people type, checked: each mistake becomes a Fault that says what is expected.
import * as v from "valibot";
import { Fault, messageOf } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** The parsed input. Faults: `invalid` with the first thing that is wrong, in the schema's own words. */
export function parseInput<S extends v.GenericSchema>(schema: S, input: v.InferInput<S>, hint: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw new Fault("invalid", parsed.issues[0].message, hint);
}

/** A whole number of at least `least`. Faults: `invalid`. */
export function wholeNumber(text: string, what: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`;
  throw new Fault("invalid", `"${text}" is no ${what}.`, `Give ${range}.`);
}

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/** A time in the past, epoch ms: so long ago (`30d`, `12h`, `45m`), or a date or time in ISO 8601. Faults: `invalid`. */
export function pastTime(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,6})([dhm])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new Fault("invalid", `"${text}" is no time.`, "Give how long ago it was, such as 30d, 12h or 45m, or a date such as 2030-01-31.");
}

/** A task's number. Faults: `invalid`. */
export function taskNumber(text: string): number {
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && number > 0) return number;
  throw new Fault("invalid", `"${text}" is no task's number.`, "`ccm list-tasks` shows the tasks and their numbers.");
}

/** One of the words. Faults: `invalid` with the one that was probably meant. */
export function oneOf<T extends string>(words: readonly T[], text: string, what: string): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new Fault("invalid", `There is no ${what} "${text}".`, didYouMean(text, words, `Possible: ${words.join(", ")}.`));
}

/** `NAME=VALUE` pairs. Faults: `invalid` for one without a name or an equals sign, or for a name given twice. */
export function namedValues(pairs: readonly string[], flag: string, example: string): Record<string, string> {
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new Fault("invalid", `"${flag} ${pair}" is no name with a value.`, `For example: ${flag} ${example}`);
    const name = pair.slice(0, equals);
    if (values.has(name)) throw new Fault("invalid", `"${flag}" names "${name}" twice.`, "Give each name once.");
    values.set(name, pair.slice(equals + 1));
  }
  return Object.fromEntries(values);
}

/**
 * A text file, or standard input for `-`, read no further than one byte beyond `limitBytes`. Faults: `not_found` for a
 * missing file, `invalid` for what is no text or too large, or when standard input is a terminal.
 */
export async function readText(path: string, what: string, limitBytes: number): Promise<string> {
  const source = path === "-" ? "standard input" : `"${path}"`;
  if (path === "-" && process.stdin.isTTY) {
    throw new Fault(
      "invalid",
      `Standard input is a terminal, so there is no ${what} in it.`,
      "Pipe a text into the command, or name a file.",
    );
  }
  const bytes = await readUpTo(path, source, limitBytes);
  if (bytes.byteLength > limitBytes) {
    throw new Fault(
      "invalid",
      `The ${what} in ${source} is larger than ${limitBytes / 1_000_000} MB.`,
      "Name long material as a file of the repository.",
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // What is not UTF-8 is reported as what has a NUL byte is.
  }
  throw new Fault(
    "invalid",
    `${source[0]?.toUpperCase()}${source.slice(1)} is not a text file (UTF-8).`,
    `Give the ${what} as plain text.`,
  );
}

async function readUpTo(path: string, source: string, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of path === "-" ? Bun.stdin.stream() : Bun.file(path).stream()) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > limitBytes) break;
    }
  } catch (cause) {
    const isMissing = (cause as { code?: string }).code === "ENOENT";
    if (isMissing)
      throw new Fault("not_found", `There is no file ${source}.`, "Check the path; it starts at the current folder.", { cause });
    throw new Fault("invalid", `${source} cannot be read: ${messageOf(cause)}.`, "Name a text file that you may read.", { cause });
  }
  return Buffer.concat(chunks);
}
