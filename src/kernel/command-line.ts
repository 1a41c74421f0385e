// Runs one command line: parses, opens, prints, and turns whatever was thrown into words and an exit code.
import type { Ctx } from "./context.ts";
import { type Declared, declareCommands } from "./declare.ts";
import { BUG_EXIT, FAULTS, Fault, isFault, messageOf } from "./fault.ts";
import { type Contents, helpOf, helpOfAll, helpOfGroup, shortHelp } from "./help-text.ts";
import type { CommandHost, Module } from "./module.ts";
import { redact, redactStored } from "./redact.ts";
import { type HelpRequest, parseWords, type Request } from "./words.ts";

/** Where a command line runs: its words, its output, and how it opens the home. */
export type Terminal = {
  words: readonly string[];
  out(text: string): void;
  error(text: string): void;
  /** Columns of the terminal, 80 where there is none. */
  columns: number;
  /** `colours` on a terminal, unless the person wants it otherwise. */
  palette: { out: Palette; error: Palette };
};

export type Palette = "colours" | "plain";

/** `contents` is what help shows; `open` is only called by commands that need the home. */
export type Program = { version: string; modules: readonly Module[]; contents: Contents; open(): Promise<Ctx> };

/** The exit code: 0, or that of the Fault, or 1 for a bug. */
export async function runCommandLine(program: Program, terminal: Terminal): Promise<number> {
  const json = isJson(terminal.words);
  const out = (text: string) => terminal.out(redactStored(text));
  let opened: Promise<Ctx> | undefined;
  const host: CommandHost = {
    open() {
      opened ??= program.open();
      return opened;
    },
    print: (value, human) => out(json ? `${JSON.stringify(value, null, 2)}\n` : withNewline(human())),
    stream: (value, human) => out(json ? `${JSON.stringify(value)}\n` : withNewline(human())),
    note: (line) => {
      if (!json) out(withNewline(line));
    },
    json,
    columns: terminal.columns,
    paint: (style, text) => paint(style, text, terminal.palette.out),
  };
  try {
    await run(program, terminal, host);
    return 0;
  } catch (thrown) {
    terminal.error(json ? errorJson(thrown) : errorText(thrown, terminal.palette.error));
    return isFault(thrown) ? FAULTS[thrown.code].exit : BUG_EXIT;
  } finally {
    await opened?.then((ctx) => ctx.db.close()).catch(() => {}); // What it threw was printed above.
  }
}

async function run(program: Program, terminal: Terminal, host: CommandHost): Promise<void> {
  const { request, declared } = understand(program, terminal, host);
  if (request instanceof Fault) throw request;
  if (request.kind === "run") await request.command.commandAction?.(...request.args, request.options);
  else terminal.out(request.kind === "version" ? `ccm ${program.version}\n` : helpText(program, terminal.columns, request, declared));
}

/** Most lines name a command, and then the others need not be declared. */
function understand(program: Program, terminal: Terminal, host: CommandHost): { request: Request | Fault; declared: Declared } {
  const ask = (declared: Declared) => ({ request: parseWords(declared.commands, declared.globals, terminal.words), declared });
  const named = ask(declareCommands(program.modules, host, { named: terminal.words }));
  const isEnough = !(named.request instanceof Fault) && (named.request.kind !== "help" || typeof named.request.about === "object");
  return isEnough ? named : ask(declareCommands(program.modules, host, "all"));
}

function helpText({ contents }: Program, width: number, { about }: HelpRequest, { commands, globals }: Declared): string {
  if (about === "first steps") return shortHelp(contents, commands, width);
  if (about === "all commands") return helpOfAll(contents, commands, globals, width);
  return "group" in about ? helpOfGroup(about.group, commands, width) : helpOf(about.command, globals, width);
}

/** JSON is known before the words are parsed, so that a wrong word is reported as JSON as well. */
function isJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end < 0 ? words.length : end).includes("--json");
}

/** `{"error":{code,message,hint}}` on one line. */
function errorJson(thrown: unknown): string {
  return redact(`${JSON.stringify({ error: explain(thrown) })}\n`);
}

/** The sentence with its hint below it. */
function errorText(thrown: unknown, palette: Palette): string {
  const { message, hint } = explain(thrown);
  const below = hint ? `\n  ${hint.replaceAll("\n", "\n  ")}` : "";
  return `${paint("red", "ccm:", palette)} ${redact(message + below)}\n`;
}

/** What nobody expected is a bug and shows its stack, because it is to be reported. */
function explain(thrown: unknown): { code: string; message: string; hint: string } {
  if (isFault(thrown)) return { code: thrown.code, message: thrown.message, hint: thrown.hint };
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  return { code: "bug", message: `This is a bug in ccm: ${messageOf(thrown)}`, hint: `Please report it with this:\n${stack}` };
}

const STYLES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;
export type Style = keyof typeof STYLES;

function paint(style: Style, text: string, palette: Palette): string {
  return palette === "colours" ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
