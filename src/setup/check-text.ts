// Checks as people read them in a terminal.
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import type { Check } from "./schema.ts";

const MARKS = { ok: "green", warn: "yellow", fail: "red" } as const;
const NAME_COLUMNS = 20;
/** In a narrower terminal, texts go below the names. */
const SIDE_BY_SIDE_COLUMNS = 64;

/** A line a check: the mark, the name, how it went, and below it what to do. */
export function checkLines(host: Pick<CommandHost, "columns" | "paint">, checks: readonly Check[]): string {
  return checks.map((check) => line(host, check)).join("\n");
}

function line(host: Pick<CommandHost, "columns" | "paint">, check: Check): string {
  const mark = host.paint(MARKS[check.verdict], check.verdict.padEnd(5));
  const isWide = host.columns >= SIDE_BY_SIDE_COLUMNS;
  const indent = isWide ? NAME_COLUMNS + 6 : 6;
  const below = (text: string) => `\n${" ".repeat(indent)}${isCommand(text) ? text : wrap(text, host.columns, indent)}`;
  const said = isWide ? `${check.name.padEnd(NAME_COLUMNS)}${wrap(check.text, host.columns, indent)}` : `${check.name}${below(check.text)}`;
  return `${mark} ${said}${hintParts(check.hint, host.columns - indent)
    .map(below)
    .join("")}`;
}

/** A command at the end of a hint that does not fit beside its words has a line of its own, whole, to be copied. */
function hintParts(hint: string, room: number): string[] {
  const colon = hint.search(/: ccm [^:]*$/);
  if (hint === "" || colon < 0 || Bun.stringWidth(hint) <= room) return hint === "" ? [] : [hint];
  return [hint.slice(0, colon + 1), hint.slice(colon + 2)];
}

function isCommand(text: string): boolean {
  return text.startsWith("ccm ");
}
