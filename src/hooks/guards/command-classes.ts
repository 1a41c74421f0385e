// What a program that a shell would run is, beside harmless: the table that guards judge commands by. Pure.

import type { CommandClass, GuardPlaces } from "../rules.ts";
import { isGit } from "../shell/git-words.ts";
import { programOf } from "../shell/program-names.ts";
import type { Ran } from "../shell/run.ts";
import { ANY, isKnown, isUnknown, maybe, PLAIN } from "../shell/values.ts";
import { gitFindings } from "./git-commands.ts";
import { REACHING, reachFindings } from "./reach-commands.ts";
import { SPOILING, spoilFindings } from "./spoil-commands.ts";
import { isIn, targetsOf, zoneOf } from "./zones.ts";

/** `reason` is for the agent: what it is, and what to do instead. */
export type Finding = { class: CommandClass; reason: string };

/** Programs that a word of which nothing is known is tried as: nobody hides the others. */
const GUESSES = ["git", "rm", "npm", "cargo"];

/** Everything that is to be said of a command; none for a harmless one. */
export function findingsOf(ran: Ran, places: GuardPlaces): Finding[] {
  const [first = "", ...words] = ran.words;
  const found = programsOf(first).flatMap((program) => programFindings(program, ran, places));
  return [...found, ...fileFindings(ran, places), ...(isOpaque(first, words) ? [OPAQUE] : [])];
}

const TABLE = ["git", ...REACHING, ...SPOILING];

/** The programs of the table that the first word may mean. */
function programsOf(first: string): string[] {
  const program = programOf(first);
  if (isKnown(program)) return [program];
  return isUnknown(first) ? GUESSES : isUnknown(program) ? [] : TABLE.filter((name) => maybe(program, name));
}

function programFindings(program: string, ran: Ran, places: GuardPlaces): Finding[] {
  if (isGit(program)) return gitFindings(ran, places);
  return [...reachFindings(program, ran, places), ...spoilFindings(program, ran, places)];
}

const OPAQUE: Finding = {
  class: "unclear",
  reason: "Which program this runs is known only when it runs. Write the program's name and its words out.",
};

function isOpaque(first: string, words: readonly string[]): boolean {
  return isUnknown(first) && first !== PLAIN && words.every((word) => isUnknown(word));
}

/** Programs that only say their words, or make places. */
const TELLING = new Set("echo printf true false test [ : mkdir touch export declare local readonly".split(" "));
/** Programs that change the files they are told. */
const CHANGING = new Set("rm rmdir mv cp ln tee touch chmod chown chgrp install truncate dd rsync sed perl shred unlink mkdir".split(" "));

const GIT_DIRECTORY =
  "The git directory is ccm's, configuration and hooks included. `git` itself does what a task needs: add, commit, reset, stash.";
const HIDDEN =
  "Keys, tokens, logins and ccm's own files are not for agents, and the sandbox hides them. If the task cannot be done without, say so in your answer.";

/** What the files say that a command names or is redirected to. */
function fileFindings({ words, cwd, files }: Ran, places: GuardPlaces): Finding[] {
  const program = programOf(words[0] ?? "");
  const named = words.slice(1).flatMap(pathsIn);
  const written = files.filter(({ use }) => use === "write").map(({ path }) => path);
  const isChanging = CHANGING.has(program) && (program !== "sed" || words.some((word) => /^-[a-zA-Z]*i|^--in-place/.test(word)));
  const changed = [...(isChanging ? named : []), ...written].flatMap((name) => targetsOf(name, cwd));
  const looked = [...(TELLING.has(program) ? [] : named), ...files.map(({ path }) => path)];
  return [
    ...(changed.some((path) => zoneOf(path, places) === "git") ? [{ class: "git" as const, reason: GIT_DIRECTORY }] : []),
    ...(looked.some((name) => isSecret(name, cwd, places)) ? [{ class: "credentials" as const, reason: HIDDEN }] : []),
    ...(written.some((path) => /^\/dev\/(?:sd|nvme|vd|hd|mmcblk|dm-|mapper|mem|kmem|loop)/.test(path)) ? [DEVICE] : []),
    ...(files.some(({ path }) => /^\/dev\/(?:tcp|udp)\//.test(path))
      ? [{ class: "network" as const, reason: "It talks to another machine." }]
      : []),
  ];
}

export const DEVICE: Finding = { class: "destructive", reason: "It writes to a device of the machine. Write to a file in the tree." };

/** `--file=path`, `@path`, `name=path` and `path:elsewhere` hold a path, too. */
function pathsIn(word: string): string[] {
  const path = /^(?:-{1,2}[\w-]+=|@|if=|of=)(.+)$/.exec(word)?.[1] ?? word;
  return path === ANY ? [] : path.split(":");
}

/** Below a home folder, whoever's: keys, tokens, logins. */
const SECRETS =
  /^\/(?:root|home\/[^/]+|Users\/[^/]+)\/(?:\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.netrc|\.git-credentials|\.pypirc|\.pgpass|\.docker\/config\.json|\.config\/(?:gh|gcloud|git\/credentials|op)|\.password-store|\.vault-token|\.cargo\/credentials(?:\.toml)?|\.claude\/\.credentials\.json)(?:\/|$)/;

/** Only a whole path can name what is hidden: a relative one that leads there may be anything, as in `sed s,../../a,b,`. */
function isSecret(name: string, cwd: string | null, places: GuardPlaces): boolean {
  return targetsOf(name, cwd).some((path) => isKey(path, places) || (name.startsWith("/") && isHidden(path, places)));
}

function isKey(path: string, places: GuardPlaces): boolean {
  const atHome = isIn(path, places.home) ? `/root${path.slice(places.home.length)}` : path;
  return SECRETS.test(atHome) || /^\/etc\/(?:shadow|gshadow|sudoers)/.test(path) || /^\/proc\/[^/]+\/(?:environ|mem)$/.test(path);
}

function isHidden(path: string, places: GuardPlaces): boolean {
  return zoneOf(path, places) === "hidden" && !/^\/(?:run|tmp|var\/tmp|dev)(?:\/|$)/.test(path);
}
