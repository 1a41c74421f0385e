// Reading bodies of hooks without trust: any field may be missing, or anything. Pure.

export type Json = Record<string, unknown>;

/** An object's fields; of anything else, none. */
export function jsonOf(value: unknown): Json {
  return isJson(value) ? value : {};
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A file as seen from the folder that the agent is in; empty for what is no text. */
export function pathIn(cwd: unknown, file: unknown): string {
  if (typeof file !== "string") return "";
  if (typeof cwd !== "string" || cwd.length < 2) return file;
  if (file === cwd) return ".";
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file;
}
