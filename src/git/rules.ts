// What of an agent's work may come into the repository: judges packs, folders, links and settings. Names are bytes here,
// as Latin-1, since git's names need not be text.
import type { CommitId } from "./schema.ts";

/** An object as it lies in a pack that is not let in yet. `sizeBytes` is what it unpacks to; `deltaOf` what it is made from. */
export type PackedObject = { id: string; type: string; sizeBytes: number; deltaOf: string | null };

/** How much one import may bring. */
export type ImportLimits = { packBytes: number; fileBytes: number };

/** Objects of one import: the years of a large team. Each is checked, listed and kept for ever. */
export const OBJECTS = 1_000_000;
/** A folder of 250,000 files, or the message of a commit; git reads each whole, and so does ccm. */
const FOLDER_BYTES = 10_000_000;
/** All that the objects of one import unpack to: a pack of zeros is a thousandth of its content. */
const UNPACKED_BYTES = 8_000_000_000;
/** Deltas on deltas: git makes 50, its older `--aggressive` 250. Reading the last one reads all of them. */
const DELTA_DEPTH = 250;

/** An entry of a tree object. `mode` as it is written there, in octal. */
export type TreeEntry = { mode: string; name: string; id: string };
/** What a path is now and was before, null where it is not. */
export type Change = { path: string; now: TreeEntry | null; was: TreeEntry | null };
export type Link = { path: string; target: string };

/**
 * One thing that may not come in. `what` tells offences apart, so that one which is there already can be recognised. What
 * is `takeable` a person may take all the same; on the rest git itself would stumble.
 */
export type Offence = { path: string; what: string; text: string; takeable: boolean };

export const LINK = "120000";
export const FOLDER = "40000";
const SUBMODULE = "160000";
/** git writes no others; fsck lets some through. */
const MODES = ["100644", "100755", LINK, FOLDER, SUBMODULE];

/** The limit of names of every file system that git is used on (NAME_MAX). */
const NAME_BYTES = 255;
/** With the folder of a checkout before it a path must stay below 4,096 bytes (PATH_MAX). */
const PATH_BYTES = 2_000;
/** Folders in folders. git and programs that walk a checkout go down by recursion. */
export const DEPTH = 200;
/** Longest target that Linux follows (PATH_MAX). */
const TARGET_BYTES = 4_095;
/** Links that one path may go through (Linux follows 40); what goes on leads nowhere. */
const HOPS = 40;

/** `broken`: what git itself, or a checkout, would stumble over. */
export function offence(path: string, what: string, text: string, kind: "doubtful" | "broken" = "doubtful"): Offence {
  return { path, what, text, takeable: kind === "doubtful" };
}

/** What is wrong with the objects of a pack, as the end of a sentence, or null. */
export function judgePack(objects: readonly PackedObject[], limits: ImportLimits): string | null {
  const large = objects.find(({ type, sizeBytes }) => type === "blob" && sizeBytes > limits.fileBytes);
  if (large) return `a file of ${large.sizeBytes} bytes is larger than limits.fileMb allows (${limits.fileBytes / 1e6} MB)`;
  const wide = objects.find(({ type, sizeBytes }) => type !== "blob" && sizeBytes > FOLDER_BYTES);
  if (wide) return `a ${wide.type} of ${wide.sizeBytes} bytes is larger than ${FOLDER_BYTES / 1e6} MB`;
  const total = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > UNPACKED_BYTES) return `it unpacks to ${total} bytes, more than ${UNPACKED_BYTES / 1e9} GB`;
  return deepest(objects) > DELTA_DEPTH ? `its objects are deltas on more than ${DELTA_DEPTH} others` : null;
}

function deepest(objects: readonly PackedObject[]): number {
  const bases = new Map(objects.map(({ id, deltaOf }) => [id, deltaOf]));
  const depths = new Map<string, number>();
  for (const { id } of objects) {
    const chain: string[] = [];
    let at: string | null | undefined = id;
    for (; at && !depths.has(at); at = bases.get(at)) chain.push(at);
    let depth = at ? (depths.get(at) ?? 0) : -1;
    for (const one of chain.reverse()) depths.set(one, ++depth);
  }
  return [...depths.values()].reduce((most, depth) => Math.max(most, depth), 0);
}

/** The entries of a tree object as git stores it: `mode name\0id`, again and again; ids are bytes. */
export function treeEntries(bytes: Buffer, idBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    const [mode, name] = [bytes.toString("latin1", at, space), bytes.toString("latin1", space + 1, end)];
    entries.push({ mode, name, id: bytes.toString("hex", end + 1, end + 1 + idBytes) });
    at = end + 1 + idBytes;
  }
  return entries;
}

/** What differs between two states of a folder, itself and not what is below. */
export function changesOf(folder: string, now: readonly TreeEntry[], was: readonly TreeEntry[]): Change[] {
  const before = new Map(was.map((entry) => [entry.name, entry]));
  const path = (name: string) => (folder === "" ? name : `${folder}/${name}`);
  const changes: Change[] = [];
  for (const entry of now) {
    const old = before.get(entry.name) ?? null;
    before.delete(entry.name);
    if (old?.id !== entry.id || old.mode !== entry.mode) changes.push({ path: path(entry.name), now: entry, was: old });
  }
  for (const [name, old] of before) changes.push({ path: path(name), now: null, was: old });
  return changes;
}

/** What may not come in of a folder's own entries: names that are one where case does not count, submodules, odd modes, long paths. */
export function judgeFolder(folder: string, now: readonly TreeEntry[], changes: readonly Change[]): Offence[] {
  const added = changes.filter((change) => change.now && !change.was);
  return [...changes.flatMap(judgeEntry), ...(added.length > 0 ? collisions(folder, now, added) : []), ...added.flatMap(judgeName)];
}

function judgeEntry({ path, now, was }: Change): Offence[] {
  if (!now) return [];
  if (!MODES.includes(now.mode)) return [offence(path, `mode ${path} ${now.mode}`, `${quoted(path)} has the mode "${now.mode}"`, "broken")];
  if (now.mode !== SUBMODULE || was?.mode === SUBMODULE) return [];
  return [offence(path, `submodule ${path}`, `${quoted(path)} is a repository of its own, which was not there before`)];
}

function judgeName({ path, now }: Change): Offence[] {
  const about = (why: string) => [offence(path, `path ${path}`, `${quoted(path)} ${why}`, "broken")];
  if (now && now.name.length > NAME_BYTES) return about(`has a name of more than ${NAME_BYTES} bytes`);
  if (path.length > PATH_BYTES) return about(`is a path of more than ${PATH_BYTES} bytes`);
  const plain = SETTINGS.find((name) => path !== name && folded(path) === name);
  return plain ? about(`is "${plain}" where names are compared less strictly`) : [];
}

function collisions(folder: string, now: readonly TreeEntry[], added: readonly Change[]): Offence[] {
  const names = new Map<string, string[]>();
  for (const { name } of now) names.set(folded(name), [...(names.get(folded(name)) ?? []), name]);
  return added.flatMap(({ path, now: entry }) => {
    const same = names.get(folded(entry?.name ?? "")) ?? [];
    const other = same.find((name) => name !== entry?.name);
    if (!entry || other === undefined) return [];
    const place = folder === "" ? "" : ` in ${quoted(folder)}`;
    const text = `${quoted(entry.name)} and ${quoted(other)}${place} are one file on systems that tell no case or spelling of letters apart`;
    return [offence(path, `collision ${folder} ${[entry.name, other].sort().join(" ")}`, text)];
  });
}

/** Code points that HFS+ ignores in names (git's utf8.c, next_hfs_char). */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** A name as file systems compare it that tell neither case nor the ways to write a letter apart. */
export function folded(name: string): string {
  const text = Buffer.from(name, "latin1").toString("utf8");
  if (text.includes("\ufffd")) return name.toLowerCase();
  return text.replace(IGNORED, "").normalize("NFD").toLowerCase().replaceAll("ſ", "s").normalize("NFD");
}

/** Files at the top whose settings make git and its extensions fetch from somewhere. */
export const SETTINGS = [".gitmodules", ".lfsconfig"];

/** Settings (`key\nvalue`) that a file says now and did not say before; taking some out is fine. */
export function judgeSettings(path: string, now: readonly string[], was: readonly string[]): Offence[] {
  return now
    .filter((line) => !was.includes(line))
    .map((line) => {
      const [key = "", ...value] = line.split("\n");
      return offence(path, `setting ${path} ${line}`, `${quoted(path)} now says ${key} = ${quoted(value.join("\n"))}`);
    });
}

/** Links that lead out of the tree now and did not before, by what is really at each step of their targets. */
export function judgeLinks(now: readonly Link[], was: readonly Link[]): Offence[] {
  const before = new Set(leadingOut(was).map(whatOf));
  return leadingOut(now)
    .filter((link) => !before.has(whatOf(link)))
    .map((link) => offence(link.path, whatOf(link), `the link ${quoted(link.path)} leads out of the tree, to ${quoted(link.target)}`));
}

const whatOf = ({ path, target }: Link) => `link ${path} ${target}`;

function leadingOut(links: readonly Link[]): Link[] {
  const targets = new Map(links.map(({ path, target }) => [path, target]));
  return links.filter((link) => leadsOut(link, targets));
}

/** True when following the link comes to the folder above the top, to a path from the root, or to `.git`; also for what is no path. */
function leadsOut({ path, target }: Link, targets: ReadonlyMap<string, string>): boolean {
  if (target.length > TARGET_BYTES) return true;
  const at = path.split("/").slice(0, -1);
  const todo = steps(target);
  for (let hops = 0; todo.length > 0; ) {
    const step = todo.shift() ?? "";
    if (step === ROOT) return true;
    if (step === "..") {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(step);
    if (at.length === 1 && folded(step) === ".git") return true;
    const further = targets.get(at.join("/"));
    if (further === undefined) continue;
    if (++hops > HOPS) return false;
    at.pop();
    todo.unshift(...steps(further));
  }
  return false;
}

const ROOT = "/";

/** On Windows a backslash parts names too, and a letter with a colon begins at a root. */
function steps(target: string): string[] {
  const parts = target.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  return /^([/\\]|[A-Za-z]:)/.test(target) ? [ROOT] : parts;
}

/** Bytes of a name or a value that a sentence repeats. */
const SHOWN_LETTERS = 120;

/** A name in quotes, with what cannot be seen, or would act on a terminal, written out. */
export function quoted(raw: string): string {
  const text = Buffer.from(raw, "latin1").toString("utf8");
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
  return `"${visible.length > SHOWN_LETTERS ? `${visible.slice(0, SHOWN_LETTERS)}…` : visible}"`;
}

/** Offences that a person reads: more are the same again. */
const SHOWN_OFFENCES = 3;

/** Several offences in one sentence's end. */
export function offencesText(offences: readonly Offence[]): string {
  const more = offences.length - SHOWN_OFFENCES;
  const said = offences.slice(0, SHOWN_OFFENCES).map(({ text }) => text);
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** A Git LFS pointer is a small text of this form (git-lfs, docs/spec.md): the content's SHA-256 and size stand for it. */
export type Pointer = { oid: string; sizeBytes: number };
/** Larger files are no pointers. */
export const POINTER_BYTES = 1_024;

export function pointerIn(text: string): Pointer | null {
  const found =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n/.exec(text);
  return found ? { oid: found[1] ?? "", sizeBytes: Number(found[2]) } : null;
}

/** The ids of the trees that differ and must be looked into, of a folder's changes. */
export function foldersIn(changes: readonly Change[]): { path: string; now: CommitId; was: CommitId | null }[] {
  return changes.flatMap(({ path, now, was }) =>
    now?.mode === FOLDER ? [{ path, now: now.id, was: was?.mode === FOLDER ? was.id : null }] : [],
  );
}

/** A line of git's log of HEAD that a commit made, with its time (https://git-scm.com/docs/git-reflog): in seconds, before the zone. */
const COMMIT_LINE = /> (\d{1,11}) [+-]\d{4}\tcommit(?: \([a-z]+\))?: /;

/** As much of the log's end as is read: some thousand commits. */
export const LOG_BYTES = 1_000_000;

/** How many lines of a log of HEAD are commits made since a time (epoch ms); a second that has begun counts whole. */
export function commitsIn(log: string, since: number): number {
  const from = Math.floor(since / 1_000);
  return log.split("\n").filter((line) => Number(COMMIT_LINE.exec(line)?.[1] ?? -1) > from).length;
}
