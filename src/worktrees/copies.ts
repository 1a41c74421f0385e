// Copies ignored files of the person's checkout (`.env`) into a task's tree.
import { copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { TreeMade, TreeOrder } from "./schema.ts";

/** Largest file that is copied: configuration and small fixtures. Larger things belong into the set-up command. */
const COPY_BYTES = 100_000_000;

/**
 * Never writes outside the tree, and never over a file that is there: one that was copied before counts as copied.
 * `committed` are those of the paths that the base has.
 */
export function copyFiles(order: TreeOrder, committed: ReadonlySet<string>): TreeMade {
  const made: TreeMade = { copied: [], skipped: [] };
  for (const path of order.copies) {
    const why = reasonToSkip(order, path, committed);
    if (why) {
      made.skipped.push({ path, why });
      continue;
    }
    const target = join(order.git.treePath, path);
    made.copied.push(path);
    if (lstatSync(target, { throwIfNoEntry: false })) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(order.git.repo.path, path), target);
  }
  return made;
}

/** True for a plain relative path that does not leave the top and is not git's own. */
export function isInside(path: string): boolean {
  return (
    normalize(path) === path && !path.startsWith("/") && path !== "." && !path.split("/").some((part) => part === ".." || part === ".git")
  );
}

function reasonToSkip(order: TreeOrder, path: string, committed: ReadonlySet<string>): string | null {
  if (!isInside(path)) return "not a path inside the checkout";
  const source = join(order.git.repo.path, path);
  if (!existsSync(source)) return "not in the checkout";
  const found = statSync(source);
  if (!found.isFile()) return "not a file";
  if (found.size > COPY_BYTES) return `larger than ${COPY_BYTES / 1_000_000} MB`;
  if (committed.has(path)) return "the commit has it";
  return leadsOut(order.git.treePath, path) ? "behind a link" : null;
}

/** A link in the commit must not lead the copy out of the tree. */
function leadsOut(top: string, path: string): boolean {
  const parts = dirname(path)
    .split("/")
    .filter((part) => part !== ".");
  for (let depth = parts.length; depth > 0; depth--) {
    const folder = join(top, ...parts.slice(0, depth));
    if (!lstatSync(folder, { throwIfNoEntry: false })) continue;
    return !existsSync(folder) || realpathSync(folder) !== join(realpathSync(top), ...parts.slice(0, depth));
  }
  return false;
}
