// How paths and values are written in the formats that git reads.

/** git-config(1): a quoted value escapes backslash, quote, newline and tab. */
export function quoteValue(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
}

/**
 * A line of objects/info/alternates. git takes a line as it is unless it begins with a quote; then C escapes count.
 * Quoted only when a newline makes it necessary, because other readers of the format know no quotes.
 */
export function quoteAlternate(path: string): string {
  return path.includes("\n") ? quotePath(path) : path;
}

/** C-style quoting as git's quote.c reads it. */
export function quotePath(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** A literal path as a pattern of gitignore(5). A newline cannot be written there; `?` stands for it. */
export function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]! #]/g, "\\$&").replaceAll("\n", "?");
}

/** Objects of a private directory for a git that works in the repository. git's list is split at `:`, so it is quoted. */
export function borrowedObjects(folder: string): Record<string, string> {
  return { GIT_ALTERNATE_OBJECT_DIRECTORIES: quotePath(folder) };
}
