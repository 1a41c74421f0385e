// Reads objects of a repository by id, many in one go.
import { Fault } from "../kernel/fault.ts";
import type { PackedObject } from "./rules.ts";
import { LONG_MS, mustRun, run } from "./run.ts";
import type { Repository } from "./schema.ts";

/** Where objects are read: a repository, and with `env` those that are not in it yet. */
export type ObjectPlace = { repo: Repository; env: Record<string, string> };

/** One reading holds so much in memory: the trees of a level of folders, the targets of all links. */
const READ_BYTES = 100_000_000;

/**
 * The content of each object, in the order asked for; `<commit>^{tree}` is a name too. Faults: `denied` for more than
 * 100 MB, `failed` for an object that is not there.
 */
export async function readObjects({ repo, env }: ObjectPlace, names: readonly string[]): Promise<Buffer[]> {
  if (names.length === 0) return [];
  const { stdout, cut } = await run({
    gitDir: repo.gitDir,
    env,
    args: ["cat-file", "--batch", "--buffer"],
    stdin: names.map((name) => `${name}\n`).join(""),
    timeoutMs: LONG_MS,
    limit: { bytes: READ_BYTES, over: "cut" },
  });
  if (cut) throw new Fault("denied", `What changed holds more than ${READ_BYTES / 1e6} MB of folders or links.`);
  const contents: Buffer[] = [];
  for (let at = 0; contents.length < names.length; ) {
    const end = stdout.indexOf(0x0a, at);
    const header = stdout.toString("latin1", at, end < 0 ? undefined : end);
    const size = Number(/^[0-9a-f]+ [a-z]+ (\d+)$/.exec(header)?.[1] ?? Number.NaN);
    if (end < 0 || Number.isNaN(size)) throw new Fault("failed", `An object could not be read: ${header || "nothing was said"}.`);
    contents.push(stdout.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

/** The settings in a file that is an object, as `key\nvalue`; null when git cannot read it as settings. */
export async function settingsIn({ repo, env }: ObjectPlace, id: string): Promise<string[] | null> {
  const answer = await run({ gitDir: repo.gitDir, env, args: ["config", "--blob", id, "--list", "-z", "--no-includes"] });
  return answer.code === 0
    ? answer.stdout
        .toString("latin1")
        .split("\0")
        .filter((line) => line !== "")
    : null;
}

/** What lies in an object folder of its own and nowhere else: id, type, unpacked size and what each is a delta of. */
export async function packedObjects(repo: Repository, folder: string): Promise<PackedObject[]> {
  const format = "%(objectname) %(objecttype) %(objectsize) %(deltabase)";
  const args = ["cat-file", "--batch-all-objects", "--unordered", "--buffer", `--batch-check=${format}`];
  const { stdout } = await mustRun({ gitDir: repo.gitDir, env: { GIT_OBJECT_DIRECTORY: folder }, args, timeoutMs: LONG_MS });
  const lines = stdout.toString("latin1").split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", type = "", size = "", base = ""] = line.split(" ");
      return { id, type, sizeBytes: Number(size), deltaOf: /^0+$/.test(base) ? null : base };
    });
}
