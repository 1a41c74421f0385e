// What the tools of agents are for, by their names, and what a call of one is about. Pure, and takes anything.
import { jsonOf } from "../../kernel/json.ts";

/** Names of Claude Code, then of Gemini and Codex. */
const SHELLS = new Set("Bash Monitor PowerShell run_shell_command shell exec_command local_shell".split(" "));
const WRITERS = new Set("Write Edit MultiEdit NotebookEdit write_file replace".split(" "));
const READERS = new Set("Read Grep Glob LS read_file read_many_files view_image list_directory search_file_content glob".split(" "));
const PATHS = ["file_path", "notebook_path", "absolute_path", "path", "dir_path"] as const;

/** The line for a shell in a call, or the words of a program (Codex); null for a call of another kind of tool. */
export function shellCommand(tool: string, input: unknown): string | string[] | null {
  if (!SHELLS.has(tool)) return null;
  const fields = jsonOf(input);
  const command = fields.command ?? fields.cmd;
  if (Array.isArray(command)) return command.map(String);
  return typeof command === "string" ? command : null;
}

/** The files that a call names, and whether it changes them; none for a tool that has nothing to do with files. */
export function filesOf(tool: string, input: unknown): { use: "read" | "write"; paths: string[] } | null {
  const use = WRITERS.has(tool) ? "write" : READERS.has(tool) ? "read" : null;
  if (use === null) return null;
  const fields = jsonOf(input);
  return { use, paths: PATHS.map((key) => fields[key]).filter((path): path is string => typeof path === "string" && path !== "") };
}
