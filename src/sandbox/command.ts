// The command itself: found as a shell would find it, started with the words and environment it was given.
import { accessSync, constants as fileConstants, statSync } from "node:fs";
import { constants } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { call, stringArray } from "./libc.ts";
import { resetSignals } from "./privileges.ts";

/** What finally runs: an absolute path, its words, its whole environment as `NAME=value`. */
export type Command = { path: string; argv: string[]; env: string[] };

/** Exit codes as shells, env(1) and container runtimes give them. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** The program as execvp(3) would find it, seen from inside the sandbox; an exit code when there is none. */
export function findCommand(argv: string[], env: string[]): Command | number {
  const name = argv[0] ?? "";
  const path = env.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ?? "/usr/local/bin:/usr/bin:/bin";
  const places = name.includes("/")
    ? [resolve(name)]
    : path
        .split(":")
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  const files = places.filter(isFile);
  const program = files.find(isExecutable);
  if (program) return { path: program, argv, env };
  console.error(files.length > 0 ? `ccm sandbox: "${name}" is not executable.` : `ccm sandbox: "${name}" was not found.`);
  return files.length > 0 ? NOT_EXECUTABLE : NOT_FOUND;
}

/** A folder of PATH that the user may not enter is passed over, as execvp does. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, fileConstants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Puts the command in the place of this process. Faults: `environment` when the kernel would not. */
export function replaceBy(command: Command): never {
  resetSignals();
  throw cannotStart(command, -call("execve", command.path, stringArray(command.argv), stringArray(command.env)));
}

/** The Fault of a command that the kernel would not start. `errno` as the kernel gives it, positive. */
export function cannotStart(command: Command, errno: number): Fault {
  const name = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
  return new Fault(
    "environment",
    `"${command.path}" cannot be started: ${name}.`,
    "Check that it is executable and not hidden by the sandbox.",
  );
}
