// Paths in bodies of hooks, as people read them. Pure.

/** A file as seen from the folder that the agent is in; empty for what is no text. */
export function pathIn(cwd: unknown, file: unknown): string {
  if (typeof file !== "string") return "";
  if (typeof cwd !== "string" || cwd.length < 2) return file;
  if (file === cwd) return ".";
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file;
}
