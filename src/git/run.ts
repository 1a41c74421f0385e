// The one place that starts git: from an environment made from nothing, with a deadline and a limit on what it may say.
import { Fault } from "../kernel/fault.ts";

/** For what reads a few objects or refs. A cold disk needs seconds, never a minute. */
export const QUICK_MS = 60_000;
/** For what walks a whole tree or packs a history: a checkout of a million files on a slow disk. */
export const LONG_MS = 15 * 60_000;
/** Largest answer that is held in memory: the names of a million refs or changed paths. */
const ANSWER_LIMIT = { bytes: 128_000_000, over: "fault" } as const;
/** As much of what git complains about as is read: thousands of paths may be in the way. */
const COMPLAINT_BYTES = 8_000;
/** Lines of it that a Fault repeats: the first often says only that it failed, the next ones why; after these comes advice. */
const COMPLAINT_LINES = 4;

/** Exit codes of `ccm sandbox` when it could not start the command (as env(1) has them); git itself has none of these. */
const SANDBOX_CODES = [125, 126, 127];

/** Exit codes of a process that somebody else ended, or of the shell or sandbox around it: SIGKILL (also the kernel's, for memory) and SIGTERM. */
const ENDED_CODES = [128 + 9, 128 + 15];
/** Between a reader that fails and the end of its writer, if it was the writer's end that made the reader fail. */
const WRITER_MS = 500;

/** A process to start: the whole environment, nothing is inherited. */
export type Command = { argv: string[]; env: Record<string, string>; cwd: string };

/** Puts a command into the sandbox of a task; `write` are folders it may write besides. */
export type Wrap = (command: Command, write: string[]) => Promise<Command>;

/** Whose configuration git reads: `repository` only the one of the git directory, `person` also theirs (filters, identity). */
export type Trust = "repository" | "person";

export type Call = {
  /** Explicit: git never searches for a repository. Left out only to search for one on purpose. */
  gitDir?: string;
  /** Without it git is told that there is no working tree at all. */
  workTree?: string;
  args: string[];
  config?: string[];
  env?: Record<string, string>;
  cwd?: string;
  trust?: Trust;
  stdin?: string | Buffer | ReadableStream<Uint8Array>;
  timeoutMs?: number;
  /** `cut` stops git once the limit is reached and returns what came so far; otherwise reaching it is a Fault. */
  limit?: { bytes: number; over: "cut" | "fault" };
  wrap?: Wrap | undefined;
  /** Folders the sandboxed command may write besides the task's own. */
  write?: string[];
  /** For what reads what an agent may have made to be costly. */
  bounds?: Bounds;
};

/** Seconds of processor time, and bytes of memory of its own (files that git maps are not counted). */
export type Bounds = { cpuSeconds: number; memoryBytes: number };

/**
 * What git may use up over what an agent made. Honest work of 2 GB takes it some minutes of a core; the memory is that of
 * the largest objects it holds, several times. An object of 4 GB of zeros is 19 MB in a pack.
 */
export const BOUNDS: Bounds = { cpuSeconds: 900, memoryBytes: 2_000_000_000 };

export type Answer = { code: number; stdout: Buffer; stderr: string; cut: boolean };

/** What no run of ours may do, whatever a repository's configuration says: run programs, talk to the network, tidy up. */
const ALWAYS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "core.splitIndex=false", // An index must be one file: it is copied.
  "core.filesRefLockTimeout=3000",
  "core.packedRefsTimeout=5000",
  "protocol.allow=never",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "merge.default=text",
  "merge.autoStash=false",
  "commit.gpgSign=false",
  "i18n.commitEncoding=UTF-8",
];

const OWN_ONLY = ["core.attributesFile=/dev/null", "core.excludesFile=/dev/null"];

/** Starts git and waits for it. Any exit code of its own is an answer. Faults: `environment` (no git, or somebody ended it), `timeout`, `failed` (too much output). */
export async function run(call: Call): Promise<Answer> {
  const child = await start(call);
  return child.answer;
}

/** Like `run`, but an exit code other than 0 is a Fault `environment` that says what git said. */
export async function mustRun(call: Call): Promise<Answer> {
  const answer = await run(call);
  if (answer.code !== 0) throw refusal(call.args, answer);
  return answer;
}

/** `mustRun`, as text without the last newline. */
export async function text(call: Call): Promise<string> {
  return (await mustRun(call)).stdout.toString().replace(/\n$/, "");
}

/** Feeds what `from` prints into `into`; both answers, `from`'s without its output. One that fails early ends the other. */
export async function pipe(from: Call, into: Call): Promise<{ from: Answer; into: Answer }> {
  const source = await start(from, "stream");
  const sink = await start({ ...into, stdin: source.stdout });
  const [fromAnswer, intoAnswer] = await Promise.all([source.answer, endingWith(sink.answer, source)]);
  return { from: fromAnswer, into: intoAnswer };
}

/**
 * A reader that failed leaves a writer that nobody reads; one that succeeded has read everything, and the writer ends by
 * itself. A writer that was ended in the middle makes its reader fail, too, and then its own end is what there is to say.
 */
async function endingWith(reading: Promise<Answer>, writer: Child): Promise<Answer> {
  try {
    const answer = await reading;
    if (answer.code === 0) return answer;
    await Promise.race([writer.answer.catch(() => {}), Bun.sleep(WRITER_MS)]);
    writer.kill();
    return answer;
  } catch (thrown) {
    writer.kill();
    throw thrown;
  }
}

/** What git said when it refused, as a Fault with its own first lines. */
export function refusal(args: string[], answer: Answer, code: "environment" | "failed" = "environment"): Fault {
  const said = complaint(answer.stderr) || `exit code ${answer.code}`;
  return new Fault(code, `"git ${args[0]}" failed: ${said}`, "`ccm doctor` checks git, the disk and permissions.");
}

/** The first lines of what git said, in one; empty when it said nothing. Its advice (`hint:`) is for a terminal. */
export function complaint(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("hint:"));
  const more = lines.length > COMPLAINT_LINES ? ["…"] : [];
  return [...lines.slice(0, COMPLAINT_LINES), ...more].join("; ").replaceAll(":; ", ": ");
}

type Child = { answer: Promise<Answer>; stdout: ReadableStream<Uint8Array>; kill(): void };

async function start(call: Call, mode: "collect" | "stream" = "collect"): Promise<Child> {
  const own = { argv: argvOf(call), env: environmentOf(call), cwd: call.cwd ?? call.workTree ?? call.gitDir ?? "/" };
  const command = call.wrap ? await call.wrap(own, call.write ?? []) : own;
  const child = spawn(command, call.stdin);
  const timeoutMs = call.timeoutMs ?? QUICK_MS;
  const deadline = AbortSignal.timeout(timeoutMs);
  let isOurs = false;
  const kill = () => {
    isOurs = true;
    killGroup(child.pid);
  };
  deadline.addEventListener("abort", kill, { once: true });
  const answer = collect(child, mode === "stream" ? null : (call.limit ?? ANSWER_LIMIT), kill).finally(() =>
    deadline.removeEventListener("abort", kill),
  );
  return {
    stdout: child.stdout,
    kill,
    answer: answer.then((result) => {
      if (deadline.aborted) throw lateness(call, timeoutMs);
      const trouble = disturbance(call, result, isOurs ? "us" : "others") ?? excess(call, result);
      if (trouble) throw trouble;
      return result;
    }),
  };
}

function lateness({ args }: Call, timeoutMs: number): Fault {
  const hint = "Look at the disk and at other processes that use the repository.";
  return new Fault("timeout", `"git ${args[0]}" did not end within ${timeoutMs / 1000} s.`, hint);
}

/** Why an exit code is not git's own. `endedBy`: who did, if anybody ended it. */
function disturbance({ args, wrap }: Call, { code, stderr }: Answer, endedBy: "us" | "others"): Fault | undefined {
  if (wrap && SANDBOX_CODES.includes(code)) {
    const hint = "`ccm doctor` says what works.";
    return new Fault("environment", `The sandbox for "git ${args[0]}" could not be started: ${stderr.trim()}`, hint);
  }
  if (endedBy === "us" || !ENDED_CODES.includes(code)) return undefined;
  const hint = "It is tried again. The kernel ends what takes too much memory: look at how much is free.";
  return new Fault("environment", `"git ${args[0]}" was ended from outside (exit code ${code}).`, hint);
}

function excess({ args, limit = ANSWER_LIMIT }: Call, { cut }: Answer): Fault | undefined {
  return cut && limit.over === "fault" ? new Fault("failed", `"git ${args[0]}" printed more than ${limit.bytes} bytes.`) : undefined;
}

function spawn(command: Command, stdin: Call["stdin"]) {
  try {
    return Bun.spawn(command.argv, {
      env: command.env,
      cwd: command.cwd,
      stdin: typeof stdin === "string" ? Buffer.from(stdin) : (stdin ?? "ignore"),
      stdout: "pipe",
      stderr: "pipe",
      detached: true, // A group of its own, so that a deadline also ends what git started.
    });
  } catch (thrown) {
    const code = (thrown as { code?: string }).code ?? String(thrown);
    throw new Fault(
      "environment",
      `"${command.argv[0]}" could not be started in "${command.cwd}": ${code}.`,
      "See that the folder exists and may be entered.",
      {
        cause: thrown,
      },
    );
  }
}

const INSTALL_HINT = "Install git 2.39 or newer: `apt install git`, `dnf install git` or `brew install git`.";
const PLAIN_PATH = "/usr/local/bin:/usr/bin:/bin";

async function collect(child: ReturnType<typeof spawn>, limit: { bytes: number } | null, kill: () => void): Promise<Answer> {
  const [out, err, code] = await Promise.all([
    limit ? readUpTo(child.stdout, limit.bytes, kill) : { bytes: Buffer.alloc(0), cut: false },
    readUpTo(child.stderr, COMPLAINT_BYTES, () => {}),
    child.exited,
  ]);
  return { code, stdout: out.bytes, stderr: err.bytes.toString(), cut: out.cut };
}

/** Reads a stream to its end and keeps the first `limit` bytes; `onOver` is called when there are more. */
async function readUpTo(stream: ReadableStream<Uint8Array>, limit: number, onOver: () => void): Promise<{ bytes: Buffer; cut: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (size < limit) chunks.push(chunk);
    if (size <= limit && size + chunk.length > limit) onOver();
    size += chunk.length;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, limit), cut: size > limit };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** A shell sets what may be used and becomes git: a few hundred microseconds, on every system that git is on. */
const BOUNDED = 'ulimit -S -t "$1"; ulimit -S -d "$2"; shift 2; exec "$@"';

function argvOf(call: Call): string[] {
  const git = gitArgv(call);
  if (!call.bounds) return git;
  const { cpuSeconds, memoryBytes } = call.bounds;
  return ["/bin/sh", "-c", BOUNDED, "sh", String(cpuSeconds), String(Math.floor(memoryBytes / 1024)), ...git];
}

function gitArgv(call: Call): string[] {
  const settings = [...ALWAYS, ...(call.trust === "person" ? [] : OWN_ONLY), ...(call.config ?? [])];
  return [
    gitProgram(),
    ...(call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`]),
    ...(call.workTree === undefined ? [] : [`--work-tree=${call.workTree}`]),
    ...settings.flatMap((setting) => ["-c", setting]),
    ...call.args,
  ];
}

/** By its full path: a sandbox may not be able to search every folder of PATH. */
function gitProgram(): string {
  const found = Bun.which("git", { PATH: process.env.PATH ?? PLAIN_PATH });
  if (found) return found;
  throw new Fault("environment", "git is not installed, or not in PATH.", INSTALL_HINT);
}

/** Nothing of ccm's own environment but PATH reaches git; the person's home only where their configuration is wanted. */
function environmentOf(call: Call): Record<string, string> {
  const { PATH, HOME, XDG_CONFIG_HOME } = process.env;
  const person = call.trust === "person";
  return {
    PATH: PATH ?? PLAIN_PATH,
    HOME: person && HOME ? HOME : "/nonexistent",
    ...(person && XDG_CONFIG_HOME ? { XDG_CONFIG_HOME } : {}),
    ...(person ? {} : { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_ATTR_NOSYSTEM: "1" }),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_COMMITTER_NAME: "ccm",
    GIT_COMMITTER_EMAIL: "ccm@localhost",
    ...(call.gitDir !== undefined && call.workTree === undefined ? { GIT_IMPLICIT_WORK_TREE: "0" } : {}),
    ...call.env,
  };
}
