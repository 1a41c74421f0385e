// The private home of a claude: the person's settings, agents and servers as they are, trust for the tree, and the login, shared.
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isJson, type Json } from "../../kernel/json.ts";
import type { HomeOrder } from "../schema.ts";

/** What claude 2.1 reads of a person's `~/.claude` and never needs to write: the agent's home links to it. */
const LINKED = [
  "CLAUDE.md",
  "agents",
  "skills",
  "commands",
  "plugins",
  "output-styles",
  "rules",
  "themes",
  "keybindings.json",
  "workflows",
];
/** `.claude.json` of a person who has worked for years has 5 MB of history; a larger one is not that file. */
const STATE_BYTES = 32_000_000;

/**
 * Makes `home` ready for a claude. Called while nothing of the task runs; what an earlier run left there under a name
 * that ccm writes, a link to elsewhere even, is replaced and never followed.
 */
export function makeClaudeHome(home: string, order: HomeOrder): void {
  const folder = join(home, ".claude");
  for (const path of [home, folder]) makeRealFolder(path);
  for (const name of LINKED) linkTo(join(order.configFolder, name), join(folder, name));
  linkTo(loginFile(order.configFolder), loginFile(folder));
  copySettings(join(order.configFolder, "settings.json"), join(folder, "settings.json"));
  writeAnew(join(home, ".claude.json"), JSON.stringify(stateFor(readJson(order.stateFile) ?? {}, order), null, 2));
}

/** Claude finds a session by its working directory, which a task never changes: whatever the folder is called, the id is there or not. */
export function hasClaudeSession(home: string, session: string): boolean {
  const projects = join(home, ".claude", "projects");
  try {
    return readdirSync(projects).some((name) => isRealFile(join(projects, name, `${session}.jsonl`)));
  } catch {
    return false;
  }
}

/** What the links in an agent's home lead to: shown in the sandbox wherever the person's home lies, in a hidden place even. */
export function sharedPlaces(configFolder: string): string[] {
  return [...LINKED.map((name) => join(configFolder, name)), loginFile(configFolder)];
}

/** Where claude keeps the tokens of a login with an account, on Linux. */
export function loginFile(configFolder: string): string {
  return join(configFolder, ".credentials.json");
}

/**
 * Claude renews its tokens by renaming a file over the link, and the provider then refuses the old ones. What was
 * renewed goes back to the person's file, so that all agents and the person keep one login. Cheap: one lstat.
 */
export function returnLogin(home: string, configFolder: string): void {
  const own = loginFile(join(home, ".claude"));
  const theirs = loginFile(configFolder);
  if (!isRealFile(own)) return;
  const renewed = readJson(own);
  const known = expiryOf(readJson(theirs));
  if (known > 0 && expiryOf(renewed) > known) writeAnew(theirs, JSON.stringify(renewed));
  linkTo(theirs, own);
}

/** 0 for what is no login: only a later one may replace an earlier one, and none comes to be where there was none. */
function expiryOf(login: Json | undefined): number {
  const tokens = login?.claudeAiOauth as Json | undefined;
  const isWhole = typeof tokens?.accessToken === "string" && typeof tokens.refreshToken === "string";
  return isWhole && typeof tokens.expiresAt === "number" ? tokens.expiresAt : 0;
}

/**
 * Claude's own state file: the person's, without what belongs to other projects, and with the questions of a first
 * start answered. Trust, local MCP servers and allowed tools are kept under the path that claude runs in.
 */
function stateFor(theirs: Json, { repository, tree, servers }: HomeOrder): Json {
  const { projects, history: _history, ...all } = theirs;
  const known = (projects as Record<string, Json> | undefined)?.[repository] ?? {};
  const { history: _own, ...own } = known;
  const [rest, project] = servers === "kept" ? [all, own] : [withoutServers(all), withoutServers(own)];
  const trusted = { ...project, hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, projectOnboardingSeenCount: 1 };
  return {
    theme: "dark",
    ...rest,
    hasCompletedOnboarding: true,
    lastOnboardingVersion: rest.lastOnboardingVersion ?? "99.0.0",
    projects: { [tree]: trusted, [repository]: trusted },
  };
}

function withoutServers({ mcpServers: _servers, ...rest }: Json): Json {
  return rest;
}

/** Word for word: a copy, because claude writes into it what a person chooses while it runs. */
function copySettings(from: string, to: string): void {
  const text = readText(from);
  if (text === undefined) rmSync(to, { recursive: true, force: true });
  else writeAnew(to, text);
}

function makeRealFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** A link to what is not there would be worse than nothing: claude would write through it. */
function linkTo(target: string, path: string): void {
  rmSync(path, { recursive: true, force: true });
  if (statSync(target, { throwIfNoEntry: false })) symlinkSync(target, path);
}

function writeAnew(path: string, text: string): void {
  const half = `${path}.${process.pid}.ccm`;
  rmSync(half, { recursive: true, force: true });
  writeFileSync(half, text, { mode: 0o600, flag: "wx" });
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) rmSync(path, { recursive: true, force: true });
  renameSync(half, path);
}

function isRealFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readText(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > STATE_BYTES) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function readJson(path: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(readText(path) ?? "");
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
