// Objects that git itself would not write, made by hand: trees of any names and modes, packs of any deltas and sizes.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { git } from "./repositories.ts";

export type Entry = { mode: string; name: string | Buffer; id: string };

/** Writes an object of any content into a git directory, as git stores loose ones. */
export function writeObject(gitPath: string, type: string, content: Buffer | string): string {
  const body = Buffer.from(content as string);
  const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
  const id = createHash("sha1").update(whole).digest("hex");
  const path = join(gitPath, "objects", id.slice(0, 2), id.slice(2));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, deflateSync(whole));
  return id;
}

export function writeTree(gitPath: string, entries: Entry[]): string {
  return writeObject(gitPath, "tree", treeContent(entries));
}

/** In the order that git sorts entries in: folders as if their names ended with a slash. */
export function treeContent(entries: Entry[]): Buffer {
  const key = ({ mode, name }: Entry) => Buffer.concat([Buffer.from(name as string), Buffer.from(mode === "40000" ? "/" : "")]);
  const parts = [...entries]
    .sort((a, b) => Buffer.compare(key(a), key(b)))
    .flatMap(({ mode, name, id }) => [`${mode} `, name, "\0", Buffer.from(id, "hex")]);
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

/** The entries of a commit's top folder, to add to. */
export function topOf(tree: string, commit = "HEAD"): Entry[] {
  return git(tree, "ls-tree", commit)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [meta = "", name = ""] = line.split("\t");
      const [mode = "", , id = ""] = meta.split(" ");
      return { mode: mode.replace(/^0/, ""), name, id };
    });
}

/** Points the branch of a task to a commit of these entries, on its present tip. */
export function commitEntries(tree: string, entries: Entry[], message = "hostile"): string {
  const gitPath = git(tree, "rev-parse", "--absolute-git-dir");
  const id = writeTree(gitPath, entries);
  const commit = git(tree, "commit-tree", "-p", "HEAD", "-m", message, id);
  git(tree, "update-ref", "refs/heads/ccm/task-1", commit);
  return commit;
}

export type PackEntry = { type: 1 | 2 | 3 | 4; content: Buffer } | { type: 7; base: string; delta: Buffer };

/** A pack of these objects (gitformat-pack); `count` may lie. */
export function packOf(entries: readonly PackEntry[], count = entries.length): Buffer {
  const header = Buffer.alloc(12);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(count, 8);
  const parts = entries.map((entry) => {
    const body = entry.type === 7 ? entry.delta : entry.content;
    const base = entry.type === 7 ? Buffer.from(entry.base, "hex") : Buffer.alloc(0);
    return Buffer.concat([entryHeader(entry.type, body.length), base, deflateSync(body)]);
  });
  return sealed(Buffer.concat([header, ...parts]));
}

/** A pack with the checksum that its content has: what changed inside is not found by it. */
export function sealed(body: Buffer): Buffer {
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** The type and, in groups of seven bits, the size. */
function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest & 127) | (rest >= 128 ? 0x80 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

/** A delta that puts a few bytes before all of its base, which is shorter than 64 kB. */
export function growing(baseLength: number, before: Buffer): Buffer {
  const copy = Buffer.from([0x80 | 0x10 | 0x20, baseLength & 255, baseLength >> 8]);
  return Buffer.concat([varint(baseLength), varint(baseLength + before.length), Buffer.from([before.length]), before, copy]);
}

export const idOf = (type: string, content: Buffer): string =>
  createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
