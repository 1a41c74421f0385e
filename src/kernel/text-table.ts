// Tables for a terminal: columns that fit, texts that cannot steer the terminal.

/**
 * `shrink` marks the columns that are cut when the line is too long; numbers are easier to compare on the right. `paint`
 * colours a cell after everything is measured, since a text with escape sequences in it would be made harmless.
 */
export type Column = { title: string; align?: "left" | "right"; shrink?: true; paint?: (cell: string) => string };

/** Narrowest that a column is cut to: three letters and the mark that something is missing. */
const NARROWEST = 4;
const GAP = "  ";

/** A heading and a line a row, at most `width` columns wide as long as the columns marked `shrink` can give way. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => columns.map((_, i) => printable(row[i] ?? "")));
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => Bun.stringWidth(row[i] ?? ""))));
  shrink(columns, widths, width);
  const line = (row: readonly string[], painted: "painted" | "plain") =>
    columns
      .map((column, i) => {
        const text = cut(row[i] ?? "", widths[i] ?? 0);
        const space = " ".repeat(Math.max(0, (widths[i] ?? 0) - Bun.stringWidth(text)));
        const shown = painted === "painted" && column.paint && text !== "" ? column.paint(text) : text;
        return column.align === "right" ? space + shown : shown + space;
      })
      .join(GAP)
      .trimEnd();
  const heading = columns.map((column) => column.title);
  return [line(heading, "plain"), ...cells.map((row) => line(row, "painted"))].join("\n");
}

/** A line a field: its name, then its value, which goes on below itself when it is too long. Empty values are left out. */
export function textFields(fields: readonly (readonly [name: string, value: string])[], width: number): string {
  const shown = fields.filter(([, value]) => value !== "");
  const indent = Math.max(...shown.map(([name]) => name.length)) + GAP.length;
  return shown.map(([name, value]) => name.padEnd(indent) + wrap(printable(value), width, indent)).join("\n");
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

/** Several lines that a terminal shows as they are: a diff, a prompt, the end of an output. Tabs and line ends stay. */
export function printableLines(text: string): string {
  return text.replace(/\r(?=\n)/g, "").replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]/gu, "\ufffd");
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
