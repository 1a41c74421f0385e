// Programs that destroy more than an agent's own work: what they would have to be told for it. Pure.

import type { GuardPlaces } from "../rules.ts";
import type { Ran } from "../shell/run.ts";
import { isElastic, UNSET } from "../shell/values.ts";
import { DEVICE, type Finding } from "./command-classes.ts";
import { isIn, isVital, targetsOf } from "./zones.ts";

type Spoil = (words: string[], ran: Ran, places: GuardPlaces) => string | null;

const DISK = "It overwrites a disk of the machine, which no task needs.";
const CLOUD = "It deletes what runs elsewhere. That is for a person to do: say in your answer which command is needed.";
const CONTAINERS = "It deletes containers or volumes that may be the person's. Name the one that you made.";

const SPOILS: Record<string, Spoil> = {
  rm: removal,
  rmdir: () => null,
  find: findRemoval,
  mv: (words, ran, places) =>
    vitalOf(words.slice(0, -1), ran, places) ? "It moves a folder away that the machine, or this task, lives in." : null,
  chmod: (words, ran, places) => ownership(words, ran, places),
  chown: (words, ran, places) => ownership(words, ran, places),
  dd: (words) => (words.some((word) => /^of=\/dev\/(?!null|zero|full|stdout|stderr|fd\/)/.test(word)) ? DEVICE.reason : null),
  shred: (words) => (words.some((word) => word.startsWith("/dev/")) ? DISK : null),
  kill: (words) =>
    words.slice(1).includes("-1") || (words[0] === "-1" && words.length > 1 && words[1] === "-1")
      ? "It ends every process here, the agent's own included. Name the process."
      : null,
  kubectl: (words) => (isFirst(words, "delete", "drain") ? CLOUD : null),
  terraform: (words) => (isFirst(words, "destroy") ? CLOUD : null),
  tofu: (words) => (isFirst(words, "destroy") ? CLOUD : null),
  pulumi: (words) => (isFirst(words, "destroy") ? CLOUD : null),
  helm: (words) => (isFirst(words, "uninstall", "delete") ? CLOUD : null),
  aws: (words) =>
    words.some((word) => /^(?:rb|delete-.+|terminate-.+)$/.test(word)) || (words.includes("rm") && words.includes("--recursive"))
      ? CLOUD
      : null,
  gcloud: (words) => (words.includes("delete") ? CLOUD : null),
  az: (words) => (words.includes("delete") ? CLOUD : null),
  docker: containers,
  podman: containers,
  psql: dropping,
  mysql: dropping,
  mariadb: dropping,
  sqlcmd: dropping,
  dropdb: () => "It deletes a database. Say in your answer which one should go.",
  "redis-cli": (words) =>
    words.some((word) => /^flush(?:all|db)$/i.test(word)) ? "It empties a database that may be the person's." : null,
  crontab: (words) => (words.includes("-r") ? "It deletes the person's scheduled commands." : null),
};

const ALWAYS = new Set("mkfs fdisk sfdisk parted wipefs blkdiscard mkswap hdparm cfdisk".split(" "));

/** The programs that may destroy something. */
export const SPOILING = [...Object.keys(SPOILS), ...ALWAYS];

export function spoilFindings(program: string, ran: Ran, places: GuardPlaces): Finding[] {
  if (ALWAYS.has(program) || program.startsWith("mkfs.")) return [{ class: "destructive", reason: DISK }];
  const spoil = Object.hasOwn(SPOILS, program) ? SPOILS[program] : undefined;
  const reason = spoil?.(ran.words.slice(1), ran, places) ?? null;
  return reason === null ? [] : [{ class: "destructive", reason }];
}

function isFirst(words: readonly string[], ...commands: string[]): boolean {
  return commands.includes(words.find((word) => !word.startsWith("-")) ?? "");
}

/** Folders and files that a command names; what follows `--` is no option. */
function namesIn(words: readonly string[]): string[] {
  const end = words.indexOf("--");
  return words.filter((word, at) => (end >= 0 && at > end) || !word.startsWith("-"));
}

function vitalOf(words: readonly string[], { cwd }: Ran, places: GuardPlaces): string | null {
  return namesIn(words).find((word) => targetsOf(word, cwd).some((path) => isVital(path, places))) ?? null;
}

/** Whole trees only: a single file is an agent's to delete. */
function removal(words: string[], ran: Ran, places: GuardPlaces): string | null {
  const isDeep = words.some((word) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(word) || isElastic(word));
  const vital = isDeep ? vitalOf(words, ran, places) : null;
  if (vital === null) return null;
  if (vital.includes(UNSET))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
    return "If that variable is empty, it deletes everything. Write the folder out, or `${NAME:?}` for a variable that must not be empty.";
  const paths = targetsOf(vital, ran.cwd);
  if (paths.some((path) => isIn(path, `${places.tree}/.git`) || isIn(path, places.git)))
    return "It deletes the git directory, and with it every commit of this task. `git reset` and `git clean` go back to a commit.";
  if (paths.includes(places.tree)) return "It deletes the whole tree. Name what should go; `git clean -fdx` removes what is not committed.";
  return "It deletes a folder that the machine, or a person, lives in. Name what should go, inside the tree.";
}

/** `find` deletes everything below where nothing narrows it down. */
function findRemoval(words: string[], ran: Ran, places: GuardPlaces): string | null {
  const deletes =
    words.includes("-delete") ||
    words.some((word, at) => /^-exec(?:dir)?$/.test(word) && /(?:^|\/)(?:rm|shred)$/.test(words[at + 1] ?? ""));
  const narrows = words.some((word) =>
    /^-(?:i?name|i?path|i?wholename|i?regex|newer.*|[amc]time|[amc]min|size|empty|maxdepth|user|perm)$/.test(word),
  );
  const roots = words.slice(
    0,
    words.findIndex((word) => /^[-(!]/.test(word)),
  );
  if (!deletes || narrows) return null;
  return vitalOf(roots.length > 0 ? roots : ["."], ran, places)
    ? "It deletes everything below that folder. Narrow it down with `-name` or `-path`."
    : null;
}

/** In the tree an agent may change what it likes. */
function ownership(words: string[], { cwd }: Ran, places: GuardPlaces): string | null {
  const isDeep = words.some((word) => /^-[a-zA-Z]*R|^--recursive$/.test(word));
  const isOutside = (path: string) => isVital(path, places) && !isIn(path, places.tree);
  const isWide = isDeep && namesIn(words).some((word) => targetsOf(word, cwd).some(isOutside));
  return isWide ? "It changes whom the files of the machine belong to, or who may use them. Name files in the tree." : null;
}

function containers(words: string[]): string | null {
  const rest = words.filter((word) => !word.startsWith("-"));
  if (rest.includes("prune")) return CONTAINERS;
  return rest[0] === "volume" && rest[1] === "rm" ? CONTAINERS : null;
}

function dropping(words: string[]): string | null {
  return words.some((word) => /\bdrop\s+(?:database|schema|user|role)\b/i.test(word))
    ? "It deletes a database. Say in your answer what should go."
    : null;
}
