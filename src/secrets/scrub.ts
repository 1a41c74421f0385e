// `ccm scrub`: what got in is found, taken out, and looked for once more in every byte, under every name it could have there.
import type { Ctx } from "../kernel/context.ts";
import { type Db, openDatabase } from "../kernel/database.ts";
import { compact, leaveAlone, overwriteDeleted, rewriteTexts, type TextPlace } from "../kernel/database-texts.ts";
import { appendEvent } from "../kernel/events.ts";
import { createMatcher, type Prints, printOf } from "../kernel/prints.ts";
import { recognise, redact, redactDeep, secretsIn } from "../kernel/redact.ts";
import { forgetEarlierValues, listSecrets } from "./actions.ts";
import { type Count, type Search, searchFile } from "./erase.ts";
import { databasesIn, type Kind, liveTasks, searchedFiles, shortPath } from "./places.ts";
import { MOST_LENGTH, spellingsOf } from "./rules.ts";
import * as table from "./table.ts";

/** What was found in one place; `files` names the first few that still hold something. */
export type ScrubbedPlace = { place: string; kind: Kind; found: number; left: number; files: string[] };
export type Scrubbed = {
  places: ScrubbedPlace[];
  /** How many there are of each kind of secret, in all places. */
  kinds: Record<string, number>;
  /** Tasks whose agents are at work: their homes were left out. */
  live: number[];
};

/** Values that are looked for in every spelling, once they were found by their shape. An agent can make up any number. */
const MOST_VALUES = 100;
/** Times that what is found is taken out and the rest searched: the first, and for what others wrote meanwhile. */
const MOST_ROUNDS = 3;
/** Files that a place names. */
const NAMED_FILES = 5;
/** What a person configured stays: an agent would not work without its own key. */
const CONFIGURED = "settings of projects";

/** Looks only, and changes nothing. Works while everything else does. */
export function lookForSecrets(ctx: Ctx): Scrubbed {
  recogniseFound(ctx);
  return searchAll(ctx, "count");
}

/**
 * Takes out what `before` counts, and gives what is left. A daemon and hosts may go on meanwhile: what they had in hand and wrote
 * behind the search is found by the proof and taken out, too. Earlier values of secrets that are nowhere any more are forgotten.
 * Faults: `unavailable`, `environment`.
 */
export function scrub(ctx: Ctx): { before: Scrubbed; after: Scrubbed; forgotten: string[] } {
  recogniseFound(ctx);
  overwriteDeleted(ctx.db);
  const before = searchAll(ctx, "erase");
  const data = { found: total(before.places, "found"), kinds: before.kinds };
  appendEvent(ctx.db, ctx.clock.now(), { name: "home.scrubbed", source: "person", data });
  for (let round = 1; ; round++) {
    compact(ctx.db);
    const after = searchAll(ctx, "prove");
    if (after.places.every(({ kind }) => kind === "work") || round === MOST_ROUNDS)
      return { before, after, forgotten: forgetGone(ctx, after) };
    searchAll(ctx, "erase");
  }
}

/** Not while agents are at work, who may say them again, nor while there is one in somebody's work, which pages show. */
function forgetGone(ctx: Ctx, { places, live }: Scrubbed): string[] {
  if (places.length > 0 || live.length > 0) return [];
  const names = listSecrets(ctx).flatMap(({ name, earlierValues }) => (earlierValues > 0 ? [name] : []));
  for (const name of names) forgetEarlierValues(ctx, name);
  return names;
}

/** How many there are in these places. */
export function total(places: readonly ScrubbedPlace[], which: "found" | "left"): number {
  return places.reduce((sum, place) => sum + place[which], 0);
}

/**
 * From here on this process knows by prints what is stored, and what was found by its shape: that may stand elsewhere without
 * its shape, in base64 or in the middle of another word.
 */
function recogniseFound(ctx: Ctx): void {
  const values = new Map<string, string>();
  const onFound = (kind: string, text: string) => {
    const isOne = text.length <= MOST_LENGTH && !kind.startsWith("secret ");
    if (isOne && values.size < MOST_VALUES) values.set(text, kind);
  };
  const stored = table.allPrints(ctx.db);
  recognise(createMatcher(stored));
  const look = (text: string) => secretsIn(text, "sure").forEach(({ name, start, end }) => void onFound(name, text.slice(start, end)));
  rewriteTexts(ctx.db, 0, ({ text }) => {
    look(text);
    return null;
  });
  for (const { path, kind } of searchedFiles(ctx.paths)) if (kind !== "work") searchOne(path, { which: "sure", how: "look", onFound });
  const salt = ctx.ids.secret();
  const found: Prints[] = [...values].map(([text, name]) => ({ name, salt, prints: spellingsOf(text).map((one) => printOf(one, salt)) }));
  recognise(createMatcher([...stored, ...found]));
}

/** `prove` looks once more, and at bytes where `count` looks at rows: of rows that are gone, bytes may remain. */
type Pass = "count" | "erase" | "prove";
type Sum = (place: string, kind: Kind, count: Count, path?: string) => void;

function searchAll(ctx: Ctx, pass: Pass): Scrubbed {
  const places = new Map<string, ScrubbedPlace>();
  const kinds: Record<string, number> = {};
  const onFound = (kind: string) => {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  };
  const add: Sum = (place, kind, { found, left }, path) => {
    const sum = places.get(place) ?? { place, kind, found: 0, left: 0, files: [] };
    places.set(place, sum);
    sum.found += found;
    sum.left += left;
    if (left > 0 && sum.files.length < NAMED_FILES && path !== undefined) sum.files.push(shortPath(ctx.paths, path));
  };
  searchDatabases(ctx, pass, onFound, add);
  const how = pass === "erase" ? "erase" : "look";
  for (const { path, kind, place } of searchedFiles(ctx.paths)) {
    const which = kind === "records" ? "all" : "sure";
    add(place, kind, searchOne(path, { which, how: kind === "work" ? "look" : how, onFound }), path);
  }
  return { places: [...places.values()].filter(({ found }) => found > 0), kinds, live: liveTasks(ctx.paths) };
}

function searchDatabases(ctx: Ctx, pass: Pass, onFound: (kind: string) => void, add: Sum): void {
  const { current, copies } = databasesIn(ctx.paths);
  const now = ctx.clock.now();
  const configured = searchRows(ctx.db, now, pass, onFound, (place, kind, count) => add(place, kind, count));
  const bytesOf = (path: string) => searchOne(path, { which: "sure", how: "look", onFound, except: configured });
  for (const copy of copies) {
    if (pass === "erase") rewriteCopy(copy, now, onFound, (count) => add("backups", "records", count, copy));
    else add("backups", "records", bytesOf(copy), copy);
  }
  if (pass === "prove") for (const path of [current, `${current}-wal`]) add("database", "records", bytesOf(path), path);
}

/** Gives what stays because a person configured it. */
function searchRows(db: Db, now: number, pass: Pass, onFound: (kind: string) => void, add: Sum): Set<string> {
  const configured = new Set<string>();
  rewriteTexts(db, now, (place) => {
    const found = secretsIn(place.text, "all");
    if (found.length === 0) return null;
    for (const { name } of found) onFound(name);
    if (place.table === "projects") {
      for (const { start, end } of found) configured.add(place.text.slice(start, end));
      add(CONFIGURED, "work", { found: found.length, left: found.length });
      return null;
    }
    const text = pass === "erase" ? withoutSecrets(place) : place.text;
    add("database", "records", { found: found.length, left: secretsIn(text, "all").length });
    return text;
  });
  return configured;
}

/** A copy may be of an older schema: all that matters is that it has texts. */
function rewriteCopy(path: string, now: number, onFound: (kind: string) => void, add: (count: Count) => void): void {
  const db = openDatabase(path, "existing");
  try {
    overwriteDeleted(db);
    searchRows(db, now, "erase", onFound, (_place, _kind, count) => add(count));
    compact(db);
    leaveAlone(db);
  } finally {
    db.close();
  }
}

function withoutSecrets({ text }: TextPlace): string {
  if (!/^\s*[{[]/.test(text)) return redact(text);
  try {
    return JSON.stringify(redactDeep(JSON.parse(text)));
  } catch {
    return redact(text);
  }
}

/** A file that went away meanwhile, or is closed to us, has nothing that we can find; a FIFO or device is none. */
function searchOne(path: string, search: Search): Count {
  try {
    return searchFile(path, search);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return { found: 0, left: 0 };
    if (code === "EACCES" || code === "EPERM")
      return search.how === "erase" ? searchOne(path, { ...search, how: "look" }) : { found: 0, left: 0 };
    throw thrown;
  }
}
