// `ccm field <path>`: prints a field of the JSON on standard input, for shells that have no program for it.
import { readFileSync } from "node:fs";
import { isJson } from "../kernel/json.ts";

/** Each part of the path is a name, a number of a list from 0, or `*` for all; what is not there prints nothing. */
export async function main(words: string[]): Promise<number> {
  const [path = ""] = words;
  try {
    const found = fieldsAt(JSON.parse(readFileSync(0, "utf8")), path === "" ? [] : path.split("."));
    if (found.length > 0) await Bun.write(Bun.stdout, `${found.map(printed).join("\n")}\n`);
    return 0;
  } catch {
    process.stderr.write("ccm field: what it was given is no JSON.\n");
    return 2;
  }
}

function fieldsAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return value === undefined || value === null ? [] : [value];
  if (!isJson(value) && !Array.isArray(value)) return [];
  if (name === "*") return Object.values(value).flatMap((each) => fieldsAt(each, rest));
  return Object.hasOwn(value, name) ? fieldsAt((value as Record<string, unknown>)[name], rest) : [];
}

function printed(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
