// The demo agent as tests need it: obeys its prompt's directives one by one, the good and the bad.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { commit, type Outcome, repair } from "./agent.ts";
import type { Prompts } from "./prompts.ts";
import { type Directive, splitWord } from "./script.ts";
import type { Speech } from "./speech.ts";

/** Ends the work when it returns an outcome. */
type Act = (rest: string, speech: Speech, prompts: Prompts) => Promise<Outcome | undefined> | Outcome | undefined;

const ACTS: Record<string, Act> = {
  say: (rest, speech) => void speech.say(rest),
  sleep: (rest) => Bun.sleep(Number(rest) * 1_000).then(() => undefined),
  write: (rest) => writeText(...splitWord(rest)),
  fill: (rest) => fill(...splitWord(rest)),
  run: (rest, speech) => speech.shell(rest).then(() => undefined),
  commit: (rest, speech) => commit(speech, rest).then(() => undefined),
  "await-message": async (_, speech, prompts) => void speech.say(`You said: ${await prompts.next()}`),
  garbage: (rest) => print(randomBytes(Number(rest))),
  "long-line": (rest) => print(Buffer.alloc(Number(rest), "x"), "\n"),
  lines: (rest) => print(Array.from({ length: Number(rest) }, (_, index) => `line ${index + 1}\n`).join("")),
  memory: (rest) => void kept.push(Buffer.alloc(Number(rest), 1)),
  children: (rest) => startMany(Number(rest)),
  "spawn-orphan": () => startOrphan(),
  "ignore-stop": () => ignoreStop(),
  hang: () => hang(),
  fail: (rest) => ({ code: Number(rest) || 1, text: `I was told to fail with ${rest}.` }),
  exit: (rest) => exit(...splitWord(rest)),
  fix: (_, speech) => repair(speech).then(() => undefined),
};

/** Directives that only say how to end. */
const ENDINGS = new Set(["leave-uncommitted", "no-change"]);

export async function followDirectives(directives: readonly Directive[], speech: Speech, prompts: Prompts): Promise<Outcome> {
  for (const { verb, rest } of directives) {
    const act = ACTS[verb];
    if (!act && !ENDINGS.has(verb)) return { code: 2, text: `I do not know "demo: ${verb}".` };
    const outcome = await act?.(rest, speech, prompts);
    if (outcome) return outcome;
  }
  if (directives.some(({ verb }) => ENDINGS.has(verb))) return { code: 0, text: "Done, and nothing committed." };
  const { text } = await speech.shell("git status --porcelain");
  return text.trim() === "" ? { code: 0, text: "Done; there was nothing to commit." } : await commit(speech, "Do what the demo was told");
}

/** Memory that must not be collected. */
const kept: Buffer[] = [];

function writeText(path: string, text: string): undefined {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}

function fill(path: string, bytes: string): undefined {
  writeFileSync(path, Buffer.alloc(Number(bytes), 1));
}

function print(...parts: (string | Uint8Array)[]): undefined {
  for (const part of parts) process.stdout.write(part);
}

/** getrandom gives at most 65,536 bytes at once to a web API. */
function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

function startMany(count: number): undefined {
  for (let index = 0; index < count; index++) Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
}

/** What `env -i setsid` hides from those who look for the environment or the session; the folder stays. */
function startOrphan(): undefined {
  Bun.spawn(["sh", "-c", "env -i setsid sleep 1000 &"], { stdio: ["ignore", "ignore", "ignore"] });
}

/** The timer keeps the process alive. */
function hang(): Promise<never> {
  ignoreStop();
  return new Promise(() => setInterval(() => {}, 60_000));
}

function ignoreStop(): undefined {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
}

/** `once` is remembered in the task's own temporary folder, which its runs share. */
function exit(code: string, how: string): undefined {
  const memory = join(tmpdir(), `demo-exit-${code}`);
  if (how === "once" && existsSync(memory)) return;
  if (how === "once") writeFileSync(memory, "");
  process.exit(Number(code));
}
