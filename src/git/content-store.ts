// Content that git keeps outside its objects (Git LFS): the person's store, and what an agent's work adds to it.
import { randomUUID } from "node:crypto";
import { constants, existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { type ObjectPlace, readObjects } from "./objects.ts";
import { type Change, type Offence, offence, type PackedObject, POINTER_BYTES, type Pointer, pointerIn, quoted } from "./rules.ts";
import { run } from "./run.ts";
import type { Repository } from "./schema.ts";

/** Content of one piece of work, together: as much as a pack may be. */
const CONTENT_BYTES = 2_000_000_000;
const CHUNK_BYTES = 1_000_000;

/**
 * Puts the content that new pointers stand for into the person's store, from the stores of the git directories `from`, each
 * file checked by its hash. Content that is nowhere is an offence where it is wanted, in a file that `changes` has.
 */
export async function bringContent(
  { place, objects }: { place: ObjectPlace; objects: readonly PackedObject[] },
  from: readonly string[],
  changes: readonly Change[] = [],
): Promise<Offence[]> {
  const store = await storeOf(place.repo);
  if (![store, ...from.map(ownStore)].some((folder) => existsSync(folder))) return [];
  const small = objects.filter(({ type, sizeBytes }) => type === "blob" && sizeBytes <= POINTER_BYTES);
  const texts = await readObjects(
    place,
    small.map(({ id }) => id),
  );
  const offences: Offence[] = [];
  let left = CONTENT_BYTES;
  for (const [at, { id }] of small.entries()) {
    const pointer = pointerIn((texts[at] ?? "").toString("utf8"));
    if (!pointer || has(store, pointer)) continue;
    left -= pointer.sizeBytes;
    if (left < 0) throw new Fault("denied", `It brings more than ${CONTENT_BYTES / 1e9} GB of large files.`);
    const brought = await bringFrom(from.map(ownStore), store, pointer);
    const path = changes.find(({ now }) => now?.id === id)?.path;
    if (!brought && path !== undefined) {
      const what = `content ${path} ${pointer.oid}`;
      offences.push(offence(path, what, `${quoted(path)} stands for large content (${pointer.oid.slice(0, 12)}) that is nowhere`));
    }
  }
  return offences;
}

/** git-lfs-config(5), lfs.storage: relative to the git directory. */
export async function storeOf(repo: Repository): Promise<string> {
  const answer = await run({ gitDir: repo.gitDir, trust: "person", args: ["config", "--type=path", "--get", "lfs.storage"] });
  return resolve(repo.gitDir, answer.code === 0 ? answer.stdout.toString().replace(/\n$/, "") : "lfs");
}

/** Where git-lfs keeps it unless told otherwise; a private directory's configuration says nothing else. */
const ownStore = (gitDir: string) => join(gitDir, "lfs");

const fileOf = (store: string, { oid }: Pointer) => join(store, "objects", oid.slice(0, 2), oid.slice(2, 4), oid);

function has(store: string, pointer: Pointer): boolean {
  const found = lstatSync(fileOf(store, pointer), { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === pointer.sizeBytes;
}

/** True when one of the stores had it, sound. It counts in the person's store from the moment it has its name there. */
async function bringFrom(stores: readonly string[], store: string, pointer: Pointer): Promise<boolean> {
  for (const own of stores) {
    const source = fileOf(own, pointer);
    if (!has(own, pointer) || realpathSync(source) !== join(realpathSync(dirname(own)), "lfs", source.slice(own.length + 1))) continue;
    const fresh = join(store, "tmp", `ccm-${randomUUID()}`);
    mkdirSync(dirname(fresh), { recursive: true });
    try {
      if (!(await copyChecked(source, fresh, pointer))) continue;
      mkdirSync(dirname(fileOf(store, pointer)), { recursive: true });
      renameSync(fresh, fileOf(store, pointer));
      return true;
    } finally {
      rmSync(fresh, { force: true });
    }
  }
  return false;
}

/** Hashes what it writes, so that nothing can change between a look and a copy. */
async function copyChecked(source: string, target: string, pointer: Pointer): Promise<boolean> {
  const hash = new Bun.CryptoHasher("sha256");
  const input = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const output = await open(target, "wx", 0o644);
  try {
    const sizeBytes = await copyBytes(input, output, pointer.sizeBytes, (bytes) => hash.update(bytes));
    await output.sync();
    return sizeBytes === pointer.sizeBytes && hash.digest("hex") === pointer.oid;
  } finally {
    await Promise.all([input.close(), output.close()]);
  }
}

/** Copies at most one byte more than expected; gives how many. */
async function copyBytes(input: FileHandle, output: FileHandle, expected: number, each: (bytes: Buffer) => void): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let size = 0; ; ) {
    const { bytesRead } = await input.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0 || size > expected) return size;
    const bytes = chunk.subarray(0, bytesRead);
    await output.write(bytes);
    each(bytes);
    size += bytesRead;
  }
}
