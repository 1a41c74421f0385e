// Tables for a terminal: columns that fit, texts that cannot steer the terminal.

/** `shrink` marks the columns that are cut when the line is too long; numbers are easier to compare on the right. */
export type Column = { title: string; align?: "left" | "right"; shrink?: true };

/** Narrowest that a column is cut to: three letters and the mark that something is missing. */
const NARROWEST = 4;
const GAP = "  ";

/** A heading and a line a row, at most `width` columns wide as long as the columns marked `shrink` can give way. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => columns.map((_, i) => printable(row[i] ?? "")));
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => Bun.stringWidth(row[i] ?? ""))));
  shrink(columns, widths, width);
  const line = (row: readonly string[]) =>
    columns
      .map((column, i) => pad(cut(row[i] ?? "", widths[i] ?? 0), widths[i] ?? 0, column.align))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)].join("\n");
}

/** Takes columns from the widest that may shrink, one at a time. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    let widest = -1;
    for (let i = 0; i < columns.length; i++) {
      if (columns[i]?.shrink && (widths[i] ?? 0) > NARROWEST && (widths[i] ?? 0) > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

/** The text in at most `width` columns, wide characters counted as two, ending in `…` when something is missing. */
export function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let result = "";
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += Bun.stringWidth(segment);
    if (used > width) break;
    result += segment;
  }
  return `${result.trimEnd()}…`;
}

/**
 * One line that a terminal shows as it is: titles come from agents and strangers, and an escape sequence in one could
 * rewrite the screen, an override of the writing direction could disguise a name.
 */
export function printable(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]/gu, "\ufffd")
    .trim();
}

function pad(text: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
  return align === "right" ? space + text : text + space;
}

/** Words over several lines of at most `width` columns, each after the first indented by `indent`. */
export function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && Bun.stringWidth(line) + 1 + Bun.stringWidth(word) > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
