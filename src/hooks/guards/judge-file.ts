// How calls of tools that read and write files are judged: by where the file is. Pure.
import type { GuardPlaces } from "../rules.ts";
import { resolvedAt } from "../shell/builtins.ts";
import { filesOf } from "./tool-kinds.ts";
import { zoneOf } from "./zones.ts";

/** Why a call may not touch the files that it names, for the agent; null when it may. */
export function fileFault(tool: string, input: unknown, cwd: string, places: GuardPlaces): string | null {
  const files = filesOf(tool, input);
  if (files === null) return null;
  for (const path of files.paths) {
    const absolute = resolvedAt(cwd, path.startsWith("~/") ? places.home + path.slice(1) : path);
    const fault = absolute === null ? null : faultAt(absolute, files.use, places);
    if (fault !== null) return fault;
  }
  return null;
}

function faultAt(path: string, use: "read" | "write", places: GuardPlaces): string | null {
  const zone = zoneOf(path, places);
  if (zone === "hidden") {
    const isTemporary = /^\/(?:tmp|var\/tmp)(?:\/|$)/.test(path);
    return isTemporary
      ? `Temporary files of this run are in ${places.tmp}, not in "${path}".`
      : `"${path}" is hidden from agents. If the task cannot be done without it, say so in your answer.`;
  }
  if (use === "read" || zone === "writable") return null;
  if (zone === "git") return `"${path}" is git's own, and ccm's to write. git itself does what a task needs: add, commit, reset, stash.`;
  return `"${path}" is outside the tree. Write below ${places.tree}, or for what is not to be kept below ${places.tmp}.`;
}
