// Making a repository: for `ccm demo`, which needs one that nobody else cares about.
import { join } from "node:path";
import { identity } from "./refs.ts";
import { mustRun } from "./run.ts";
import type { CommitText } from "./schema.ts";

/** A new repository on branch `main` in a folder, with everything that is in the folder as its first commit. Faults: `environment`. */
export async function createRepository(path: string, first: CommitText): Promise<void> {
  const place = { gitDir: join(path, ".git"), workTree: path };
  await mustRun({ cwd: path, args: ["init", "-q", "--template=", "--initial-branch=main"] });
  await mustRun({ ...place, args: ["add", "--all"] });
  await mustRun({ ...place, env: identity(first), args: ["commit", "-q", "--message", first.message] });
}
