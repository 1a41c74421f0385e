// What callers of the API send, checked: each mistake becomes a Fault that names the field and says what is expected.
import * as v from "valibot";
import { Fault } from "../kernel/fault.ts";
import { didYouMean } from "../kernel/nearest.ts";
import type { Fields } from "../kernel/operation.ts";

/** Largest body in bytes: a prompt of 1 MB, whose line ends and quotes JSON writes with a backslash. */
export const BODY_BYTES = 2_500_000;

const NOTHING: Fields = v.strictObject({});
const DOCUMENT = "/api/v1/openapi.json says what is taken.";

/** The fields by their schema. Faults: `invalid`. */
export function readFields(schema: Fields = NOTHING, input: Record<string, unknown>): unknown {
  const known = Object.keys(schema.entries);
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) throw noSuchField(unknown, known);
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw faultOf(parsed.issues[0]);
}

function noSuchField(name: string, known: readonly string[]): Fault {
  const otherwise = known.length > 0 ? `Possible: ${known.join(", ")}.` : "None is taken here.";
  return new Fault("invalid", `There is no field "${name}".`, didYouMean(name, known, otherwise));
}

/** Faults: `invalid` for a name that comes twice, since one of the two would be lost. */
export function queryOf(url: URL): Record<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (query.has(name)) throw new Fault("invalid", `"${name}" is given twice.`, "Give each part of the query once.");
    query.set(name, value);
  }
  return Object.fromEntries(query);
}

/** The object in a body; an empty body is an empty object. Faults: `invalid`. */
export function bodyFrom(text: string): Record<string, unknown> {
  if (text === "") return {};
  const body = parseJson(text);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Fault("invalid", "The body is no JSON object.", DOCUMENT);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault("invalid", "The body is not JSON.", "Check its quotes and commas.");
  }
}

/** Valibot's own messages are for programmers; those of our schemas are sentences, or go on after the field's name. */
function faultOf(issue: v.BaseIssue<unknown>): Fault {
  const path = issue.path?.map((part) => String(part.key)) ?? [];
  const name = `"${path.join(".")}"`;
  if (!issue.message.startsWith("Invalid ")) {
    const isSentence = /^[A-Z]/.test(issue.message);
    return new Fault("invalid", isSentence ? `${name}: ${issue.message}` : `${name} ${issue.message}.`, DOCUMENT);
  }
  if (issue.received === "undefined") return new Fault("invalid", `${name} is missing.`, DOCUMENT);
  if (issue.expected === "never") return new Fault("invalid", `There is no field ${name}.`, DOCUMENT);
  const words = [...(issue.expected ?? "").matchAll(/"([^"]*)"/g)].map(([, word]) => word ?? "");
  if (words.length > 0 && typeof issue.input === "string")
    return new Fault(
      "invalid",
      `There is no ${path.at(-1)} "${issue.input}".`,
      didYouMean(issue.input, words, `Possible: ${words.join(", ")}.`),
    );
  return new Fault("invalid", `${name} is to be ${WANTED[issue.expected ?? ""] ?? issue.expected}, not ${issue.received}.`, DOCUMENT);
}

const WANTED: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  Array: "a list",
  Object: "an object",
  ">=1": "at least 1",
};
