// Tables for a terminal: columns that fit, texts that cannot steer the terminal.

/**
 * `shrink` marks the columns that are cut when the line is too long; numbers are easier to compare on the right. `paint`
 * colours a cell after everything is measured, since a text with escape sequences in it would be made harmless.
 */
export type Column = { title: string; align?: "left" | "right"; shrink?: true; paint?: (cell: string) => string };

/** Narrowest that a column is cut to beside others; below that the last columns go on lines of their own. */
const NARROWEST = 12;
/** Most columns before what is on such a line. */
const BELOW_INDENT = 6;
const GAP = "  ";

/** A heading and a row after another, at most `width` columns wide as long as there is room for the widest fixed column. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  return tableRows(columns, rows, width).join("\n");
}

/**
 * The heading, then a text a row: one line, and in a terminal too narrow for that the last columns below. Columns marked
 * `shrink` are cut, the others are not.
 */
export function tableRows(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const cells = rows.map((row) => columns.map((_, i) => printable(row[i] ?? "")));
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => Bun.stringWidth(row[i] ?? ""))));
  const beside = columnsBeside(columns, widths, width);
  const kept = widths.slice(0, beside);
  shrink(columns, kept, width);
  const indent = Math.min(BELOW_INDENT, (kept[0] ?? 0) + GAP.length);
  const plain = columns.map(({ paint: _, ...column }) => column);
  const text = (used: readonly Column[], row: readonly string[]) =>
    [firstLine(used, row, kept), ...linesBelow(used.slice(beside), row.slice(beside), width, indent)].join("\n");
  return [
    text(
      plain,
      columns.map((column) => column.title),
    ),
    ...cells.map((row) => text(columns, row)),
  ];
}

/** How many columns, from the left, have room beside each other. */
function columnsBeside(columns: readonly Column[], widths: readonly number[], width: number): number {
  const least = widths.map((natural, i) => (columns[i]?.shrink ? Math.min(natural, NARROWEST) : natural));
  for (let count = columns.length; count > 1; count--) {
    if (total(least.slice(0, count)) <= width) return count;
  }
  return 1;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
}

function firstLine(columns: readonly Column[], row: readonly string[], widths: readonly number[]): string {
  return widths
    .map((columnWidth, i) => {
      const column = columns[i];
      const text = cut(row[i] ?? "", columnWidth);
      const space = " ".repeat(Math.max(0, columnWidth - Bun.stringWidth(text)));
      const shown = painted(column, text);
      return column?.align === "right" ? space + shown : shown + space;
    })
    .join(GAP)
    .trimEnd();
}

/** On one line where they fit, else each on its own. Empty ones are left out. */
function linesBelow(columns: readonly Column[], row: readonly string[], width: number, indent: number): string[] {
  const lead = " ".repeat(indent);
  const filled = columns.map((column, i) => ({ column, text: row[i] ?? "" })).filter(({ text }) => text !== "");
  if (filled.length === 0) return [];
  if (total(filled.map(({ text }) => Bun.stringWidth(text))) <= width - indent)
    return [lead + filled.map(({ column, text }) => painted(column, text)).join(GAP)];
  return filled.map(({ column, text }) => lead + painted(column, column.shrink ? cut(text, width - indent) : wrap(text, width, indent)));
}

function painted(column: Column | undefined, text: string): string {
  return column?.paint && text !== "" ? column.paint(text) : text;
}

/** A line a field: its name, then its value, which goes on below itself when it is too long. Empty values are left out. */
export function textFields(fields: readonly (readonly [name: string, value: string])[], width: number): string {
  const shown = fields.filter(([, value]) => value !== "");
  const indent = Math.max(...shown.map(([name]) => name.length)) + GAP.length;
  return shown.map(([name, value]) => name.padEnd(indent) + wrap(printable(value), width, indent)).join("\n");
}

/** Takes columns from the widest that may shrink, one at a time. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  while (total(widths) > width) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++) {
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
  for (const word of text.split(" ").flatMap((one) => piecesOf(one, width - indent))) {
    if (line !== "" && Bun.stringWidth(line) + 1 + Bun.stringWidth(word) > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/** Languages that write without spaces break between any two of their letters; everything else stays whole, to be copied. */
function piecesOf(word: string, room: number): string[] {
  if (Bun.stringWidth(word) <= room || !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u.test(word)) return [word];
  const pieces: string[] = [];
  let piece = "";
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (Bun.stringWidth(piece + segment) > room && piece !== "") {
      pieces.push(piece);
      piece = "";
    }
    piece += segment;
  }
  return [...pieces, piece];
}
