// The house rules, each a pure function from one file to what is wrong in it.
import { dirname, join } from "node:path/posix";
import { importsOf, isFunction, type Node, namesOf, type Source, stringsOf } from "./source.ts";

export type Problem = { path: string; line: number; text: string };
export type Rule = (source: Source) => Problem[];

/** Feature rooms from left to right: a room imports only rooms to its left. */
export const ROOMS =
  "kernel git secrets sandbox hooks projects vault knowledge tasks workflows worktrees agents quota dispatch review decisions merge progress insight alerts hub integrations setup web".split(
    " ",
  );
/** What a room shows to the others. */
const SHOWN = ["schema", "rules", "actions", "shapes", "shown"];
/** What a room decides; of hooks a part is a file of its own, so that not everybody who wants their rules loads a shell. */
const DECIDES = /^src\/(?:[^/]+\/rules|hooks\/judge)\.ts$/;
/** Lines a file and a function may have. Lowered over time, never raised. */
export const FILE_LINES = 400;
export const FUNCTION_LINES = 60;
/** Beyond this a file is reported, not refused. */
export const FILE_LINES_AIM = 150;

export const RULES: Record<string, Rule> = {
  "rooms import only shown files of rooms to their left": (source) => {
    const room = roomOf(source.path);
    if (room === undefined) return [];
    if (!ROOMS.includes(room)) return [problem(source, 1, `"${room}" is no room of the order`)];
    return importsOf(source).flatMap(({ line, from }) => {
      const target = resolve(source.path, from);
      const other = target === undefined ? undefined : roomOf(target);
      if (target === undefined || other === room) return [];
      if (other === undefined)
        return target.startsWith("src/") ? [problem(source, line, `a room does not import the wiring "${from}"`)] : [];
      if (ROOMS.indexOf(other) > ROOMS.indexOf(room)) return [problem(source, line, `"${room}" is left of "${other}"`)];
      return isShown(source.path, target, other) ? [] : [problem(source, line, `"${from}" is private to "${other}"`)];
    });
  },

  "rules.ts is pure": (source) => (DECIDES.test(source.path) ? impurities(source, mayRestOn(source)) : []),

  "views are pure": (source) =>
    source.path.startsWith("views/") ? impurities(source, (from) => from.startsWith(".") && !from.includes("/src/")) : [],

  "SQL is in table.ts or the kernel": (source) => {
    if (!source.path.startsWith("src/") || /^src\/(?:kernel\/|[^/]+\/table\.ts$)/.test(source.path)) return [];
    return stringsOf(source)
      .filter(({ text }) => SQL.test(text))
      .map(({ line, text }) => problem(source, line, `"${text.trim().split("\n")[0]}"`));
  },

  "files stay short": (source) => {
    const lines = source.text.split("\n").length - 1;
    return isCode(source) && lines > FILE_LINES ? [problem(source, lines, `${lines} lines, at most ${FILE_LINES}`)] : [];
  },

  "functions stay short": (source) =>
    isCode(source)
      ? source.nodes
          .filter((node) => isFunction(node) && node.lines > FUNCTION_LINES && !isTestGroup(node))
          .map((node) => problem(source, node.line, `a function of ${node.lines} lines, at most ${FUNCTION_LINES}`))
      : [],

  "names say what things are": (source) => {
    if (!isCode(source)) return [];
    const words = source.path.split("/").flatMap((part) => part.replace(/\..*$/, "").split("-"));
    const file = words.filter((word) => BANNED_IN_PATHS.test(word)).map((word) => problem(source, 1, `"${word}" in the file's name`));
    const names = namesOf(source).filter(({ name }) => wordsOf(name).some((word) => BANNED_WORDS.test(word)));
    return [...file, ...names.map(({ line, name }) => problem(source, line, `"${name}"`))];
  },

  "only the language's plain parts": (source) =>
    source.path.endsWith(".d.ts")
      ? []
      : source.nodes.flatMap((node) => {
          const found = BANNED_SYNTAX[node.type];
          return found && !isAugmentation(node) ? [problem(source, node.line, found)] : [];
        }),

  "no boolean parameters": (source) => {
    if (!source.path.startsWith("src/")) return [];
    return source.nodes
      .filter(isFunction)
      .flatMap((node) =>
        ((node.params as Node[]) ?? [])
          .filter((parameter) => isBoolean(parameter))
          .map((parameter) => problem(source, parameter.line, `"${nameOf(parameter)}" is a boolean; name the choice`)),
      );
  },

  "imports name their file": (source) =>
    importsOf(source)
      .filter(({ from }) => from.startsWith(".") && !/\.(?:tsx?|json|sql|js|css|md|svg|yaml|txt|html|bash|zsh|fish)$/.test(from))
      .map(({ line, from }) => problem(source, line, `"${from}" has no extension`)),

  "a file opens with what it owns": (source) =>
    isCode(source) && !/^(?:#!.*\n)?\/\/ \S/.test(source.text) ? [problem(source, 1, "no opening line")] : [],

  "nothing is left for later": (source) =>
    source.path.startsWith("src/")
      ? source.text.split("\n").flatMap((line, i) => (UNFINISHED.test(line) ? [problem(source, i + 1, line.trim())] : []))
      : [],

  "tests wait for conditions": (source) =>
    source.path.endsWith(".test.ts")
      ? source.nodes
          .filter((node) => node.type === "CallExpression" && UNSURE_WAIT.test(dotted(node.callee as Node)))
          .map((node) => problem(source, node.line, `${dotted(node.callee as Node)} in a test`))
      : [],

  "nothing names the machine it was written on": (source) =>
    source.text.split("\n").flatMap((line, i) => (MACHINE_PATH.test(line) ? [problem(source, i + 1, line.trim().slice(0, 80))] : [])),
};

/** Playwright's `waitForFunction` looks again with `eval`, which the page's policy forbids: it works when the first look does. */
const UNSURE_WAIT = /^(?:Bun\.sleep(?:Sync)?|setTimeout|setInterval|(?:\w+\.)*waitForFunction)$/;
const IMPURE = new Set("process Bun performance crypto fetch setTimeout setInterval console require globalThis".split(" "));
const SQL =
  /^\s*(?:SELECT\s[\s\S]*\sFROM\s|INSERT\s+(?:OR \w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX|VIEW)|WITH\s[\s\S]*\sSELECT\s|PRAGMA\s|BEGIN\b)/;
const BANNED_WORDS = /^(?:manager|service|helpers?|utils?|common|handlers?|misc)$/i;
const BANNED_IN_PATHS = /^(?:managers?|services?|helpers?|utils?|common|handlers?|misc|info|index)$/i;
const UNFINISHED = /\b(?:TODO|FIXME|XXX|HACK)\b|not (?:yet )?implemented/;
/** Put together, so that this file does not name one itself. */
const MACHINE_PATH = new RegExp(`(?:^|[\\s"'\`(=:])/(?:${["wo" + "rk", "Us" + "ers"].join("|")})/\\w`);
const BANNED_SYNTAX: Record<string, string> = {
  TSEnumDeclaration: "an enum; use a union",
  TSModuleDeclaration: "a namespace; use a file",
  TSParameterProperty: "a parameter property; write the field",
  ExportDefaultDeclaration: "a default export; name it",
  ExportAllDeclaration: "a barrel; import from the file itself",
};

/** Other rules, faults, and parts of the same room that say of themselves that they are pure; see `impureParts`. */
function mayRestOn(source: Source): (from: string) => boolean {
  return (from) => /\/(?:rules|fault|nearest|json)\.ts$/.test(from) || partOf(source, from) !== undefined;
}

/** The path of a file of the same room that a file imports, unless it is a door to the world. */
function partOf({ path }: Source, from: string): string | undefined {
  const target = resolve(path, from);
  if (target === undefined || roomOf(target) !== roomOf(path)) return undefined;
  return /\/(?:table|actions|step|commands|routes|module|outside)\.ts$/.test(target) ? undefined : target;
}

/** What is wrong with the parts that rules are made of: each must open by saying that it is pure, and be so. */
export function impureParts(sources: readonly Source[]): Problem[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const parts = new Set(sources.filter(({ path }) => DECIDES.test(path)));
  for (const source of parts)
    for (const { from, kind } of importsOf(source)) {
      const part = kind === "value" ? byPath.get(partOf(source, from) ?? "") : undefined;
      if (part) parts.add(part);
    }
  return [...parts]
    .filter(({ path }) => !DECIDES.test(path))
    .flatMap((source) => [
      ...(/\bPure\b/.test(source.text.split("\n", 1)[0] ?? "")
        ? []
        : [problem(source, 1, "rules rest on it, and it does not say that it is pure")]),
      ...impurities(source, mayRestOn(source)),
    ]);
}

/** Folders of a room that import each other both ways: then they are one folder. Files beside the folders may use all of them. */
export function entangledFolders(sources: readonly Source[]): Problem[] {
  const firstUse = new Map<string, Problem>();
  for (const source of sources) {
    const from = folderOf(source.path);
    for (const { line, from: spec } of from === undefined ? [] : importsOf(source)) {
      const target = resolve(source.path, spec);
      const to = target === undefined ? undefined : folderOf(target);
      if (to === undefined || to === from || roomOf(`${to}/x`) !== roomOf(source.path)) continue;
      const way = `${from} → ${to}`;
      if (!firstUse.has(way)) firstUse.set(way, problem(source, line, `imports "${spec}", and "${to}" imports "${from}", too`));
    }
  }
  return [...firstUse].filter(([way]) => firstUse.has(way.split(" → ").reverse().join(" → "))).map(([, use]) => use);
}

/** `src/agents/host` of `src/agents/host/wire.ts`; a file beside the folders of a room is in none. */
function folderOf(path: string): string | undefined {
  return /^src\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
}

/** What makes a file depend on anything but what it is given: values of other files, the process, the time. */
function impurities(source: Source, mayImport: (from: string) => boolean): Problem[] {
  const imports = importsOf(source).filter(({ from, kind }) => kind === "value" && !mayImport(from));
  const globals = source.nodes.filter((node) => node.type === "Identifier" && IMPURE.has(String(node.name)) && isFree(node));
  const now = source.nodes.filter((node) => node.type === "MemberExpression" && /^(?:Date\.now|Math\.random)$/.test(dotted(node)));
  return [
    ...imports.map(({ line, from }) => problem(source, line, `imports "${from}"`)),
    ...[...globals, ...now].map((node) => problem(source, node.line, `uses ${node.type === "Identifier" ? node.name : dotted(node)}`)),
  ];
}

function isShown(from: string, target: string, room: string): boolean {
  if (room === "kernel" || DECIDES.test(target)) return true;
  const file = target.slice(`src/${room}/`.length).replace(/\.tsx?$/, "");
  if (SHOWN.includes(file)) return true;
  if (file === "config") return from === "src/setup/config.ts";
  return file === "table" && from === "src/dispatch/table.ts";
}

/** The room a path is in; undefined for the wiring directly in `src` and for everything outside it. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function resolve(path: string, from: string): string | undefined {
  return from.startsWith(".") ? join(dirname(path), from) : undefined;
}

function isCode(source: Source): boolean {
  return /^(?:src|views|test|build\.ts)/.test(source.path) && /\.tsx?$/.test(source.path);
}

/** A callback of `describe` is a chapter, not a function. */
function isTestGroup(node: Node): boolean {
  const call = node.parent;
  if (call?.type !== "CallExpression") return false;
  const callee = call.callee as Node;
  return /^describe\b/.test(dotted(callee.type === "CallExpression" ? (callee.callee as Node) : callee)); // describe.each(…)(…)
}

/** `declare module "…"` and `declare global` add to types of another file. */
function isAugmentation(node: Node): boolean {
  return node.type === "TSModuleDeclaration" && ((node.id as Node).type === "StringLiteral" || node.kind === "global");
}

/** An identifier that is read as itself, not as a field's or a parameter's name. */
function isFree(node: Node): boolean {
  const { parent } = node;
  if (!parent) return true;
  if (/MemberExpression$/.test(parent.type)) return parent.object === node;
  if (/^(?:ObjectProperty|TSPropertySignature|ObjectMethod|TSMethodSignature)$/.test(parent.type))
    return parent.value === node && parent.shorthand !== true;
  return !/^(?:TS|FunctionDeclaration|ArrowFunctionExpression|ObjectPattern)/.test(parent.type);
}

function isBoolean(parameter: Node): boolean {
  if (parameter.type === "AssignmentPattern")
    return (parameter.right as Node).type === "BooleanLiteral" || isBoolean(parameter.left as Node);
  const annotation = (parameter.typeAnnotation as Node | undefined)?.typeAnnotation as Node | undefined;
  return annotation?.type === "TSBooleanKeyword";
}

function nameOf(node: Node): string {
  return String(node.name ?? (node.left as Node | undefined)?.name ?? "?");
}

/** `Bun.sleep` of a callee; empty for anything more involved. */
function dotted(node: Node): string {
  if (node.type === "Identifier") return String(node.name);
  if (node.type !== "MemberExpression") return "";
  return `${dotted(node.object as Node)}.${dotted(node.property as Node)}`;
}

/** `taskManager` → task, manager. */
function wordsOf(name: string): string[] {
  return name.split(/_|(?<=[a-z0-9])(?=[A-Z])/);
}

function problem(source: Source, line: number, text: string): Problem {
  return { path: source.path, line, text };
}
