// Lines of a YAML mapping: where a key is, and how to change one value without touching comments and order.

type Line = { indent: number; key: string; valueAt: number; text: string };

/** `key:` or `"key":` at any depth; a list item or a continued text is no key line. */
const KEY_LINE = /^( *)(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_.-]+))\s*:(?=\s|$)/;

/** The 1-based line of a dotted key in block style, or the deepest of its parents that has a line; undefined without any. */
export function lineOfKey(text: string, path: readonly string[]): number | undefined {
  const found = find(text.split("\n"), path);
  return found.lines.length > 0 ? (found.lines.at(-1) ?? 0) + 1 : undefined;
}

/**
 * The text with one key's value replaced or added, comments and order kept. Undefined when the file is written in a
 * way that cannot be edited line by line (flow style, values over several lines): then a person has to do it.
 */
export function setKey(text: string, path: readonly string[], value: unknown): string | undefined {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const found = find(lines, path);
  const at = found.lines.at(-1);
  if (found.lines.length === path.length && at !== undefined) {
    const edited = replaceValue(lines[at] ?? "", value);
    if (edited === undefined || isContinued(lines, at)) return undefined;
    lines[at] = edited;
  } else {
    insertKey(lines, found.lines, path, value);
  }
  return `${lines.join("\n")}\n`;
}

/** A YAML value (`8`, `true`, `[a, b]`) out of a word that somebody typed; what is no YAML is a text. */
export function valueTyped(word: string): unknown {
  try {
    return Bun.YAML.parse(word);
  } catch {
    return word;
  }
}

/** A key that stands twice in one mapping, with both 1-based lines; undefined without any. YAML forbids it, Bun's parser takes the last. */
export function repeatedKey(text: string): { key: string; first: number; line: number } | undefined {
  const lines = text.split("\n");
  let open: { indent: number; keys: Map<string, number> }[] = [];
  for (const [at, line] of lines.entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const indent = line.length - line.trimStart().length;
    open = open.filter((mapping) => mapping.indent <= indent);
    const key = parse(line)?.key;
    if (key === undefined) continue;
    if (open.at(-1)?.indent !== indent) open.push({ indent, keys: new Map() });
    const keys = open.at(-1)?.keys;
    const first = keys?.get(key);
    if (first !== undefined && isKey(lines, at)) return { key, first, line: at + 1 };
    keys?.set(key, at + 1);
  }
  return undefined;
}

/** A name that no file has. */
const PROBE = "ccm-probe-4f1c";

/** Whether a line that looks like one is a key, and no part of a longer text: under another name it is found again. */
function isKey(lines: readonly string[], at: number): boolean {
  const renamed = lines.with(at, (lines[at] ?? "").replace(KEY_LINE, `$1${PROBE}:`));
  try {
    return holds(Bun.YAML.parse(renamed.join("\n")), PROBE);
  } catch {
    return false;
  }
}

function holds(value: unknown, key: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((child) => holds(child, key));
}

/** A value in the form that fits on its key's line: JSON is YAML, and plain words need no quotes. */
function scalar(value: unknown): string {
  const isPlainWord =
    typeof value === "string" &&
    /^[A-Za-z][A-Za-z0-9_./-]*$/.test(value) &&
    !/^(?:true|false|null|yes|no|on|off|y|n|inf|nan)$/i.test(value);
  return isPlainWord ? String(value) : JSON.stringify(value);
}

function find(lines: readonly string[], path: readonly string[]): { lines: number[] } {
  const found: number[] = [];
  let from = 0;
  let depth = -1;
  for (const key of path) {
    const next = findChild(lines, from, depth, key);
    if (next === undefined) break;
    found.push(next);
    depth = parse(lines[next] ?? "")?.indent ?? 0;
    from = next + 1;
  }
  return { lines: found };
}

/** The line of `key` among the children that start at `from` and are indented deeper than `depth`. */
function findChild(lines: readonly string[], from: number, depth: number, key: string): number | undefined {
  let childIndent: number | undefined;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (/^\s*(?:#|$)/.test(line)) continue;
    const indent = line.length - line.trimStart().length;
    if (indent <= depth) return undefined;
    childIndent ??= indent;
    const parsed = parse(line);
    if (parsed && indent === childIndent && parsed.key === key) return i;
  }
  return undefined;
}

function parse(text: string): Line | undefined {
  const match = KEY_LINE.exec(text);
  if (!match) return undefined;
  return { indent: (match[1] ?? "").length, key: match[2] ?? match[3] ?? match[4] ?? "", valueAt: match[0].length, text };
}

function replaceValue(text: string, value: unknown): string | undefined {
  const line = parse(text);
  if (!line) return undefined;
  const rest = text.slice(line.valueAt);
  if (/^\s*[|>&*!]/.test(rest)) return undefined;
  const comment = /^(?:\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^#"'](?:[^#]|(?<=\S)#)*?)?)(\s+#.*)$/.exec(rest)?.[1] ?? "";
  return `${text.slice(0, line.valueAt)} ${scalar(value)}${comment}`;
}

/** True when the value goes on below its key's line: a list, a nested mapping or a text of several lines. */
function isContinued(lines: readonly string[], at: number): boolean {
  const indent = parse(lines[at] ?? "")?.indent ?? 0;
  const next = lines.slice(at + 1).find((line) => !/^\s*(?:#|$)/.test(line));
  if (next === undefined) return false;
  const nextIndent = next.length - next.trimStart().length;
  return nextIndent > indent || (nextIndent === indent && next.trimStart().startsWith("- "));
}

/** Adds the missing rest of the path directly below its deepest parent, or at the end of the file. */
function insertKey(lines: string[], parents: readonly number[], path: readonly string[], value: unknown): void {
  const parent = parents.at(-1);
  const missing = path.slice(parents.length);
  const base = parent === undefined ? 0 : childIndentOf(lines, parent);
  const added = missing.map((key, depth) => {
    const isLast = depth === missing.length - 1;
    return `${" ".repeat(base + depth * 2)}${key}:${isLast ? ` ${scalar(value)}` : ""}`;
  });
  lines.splice(parent === undefined ? lines.length : parent + 1, 0, ...added);
}

function childIndentOf(lines: readonly string[], parent: number): number {
  const own = parse(lines[parent] ?? "")?.indent ?? 0;
  const next = lines.slice(parent + 1).find((line) => !/^\s*(?:#|$)/.test(line));
  const indent = next === undefined ? 0 : next.length - next.trimStart().length;
  return indent > own ? indent : own + 2;
}
