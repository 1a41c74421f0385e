// A whole ccm on this machine for a test: its own home, repository and person, the built executable, and every process of it.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openUp } from "../../src/kernel/open-folders.ts";
import { type Paths, pathsAt } from "../../src/kernel/paths.ts";
import { findDaemon } from "../../src/setup/daemon-file.ts";
import { binary } from "./binary.ts";
import { waitFor } from "./wait.ts";

/** A command inside that takes longer hangs. */
const COMMAND_TIMEOUT_MS = 60_000;

export type Ended = { code: number; stdout: string; stderr: string };

export type HomeUnderTest = {
  /** Holds the home, the person's own home and the repository; nothing of this test is outside. */
  root: string;
  paths: Paths;
  env: Record<string, string>;
  /** Runs a command line to its end. */
  ccm(...words: string[]): Promise<Ended>;
  /** The same in another environment, with another input, or in front of other words (`setpriv …`). */
  ccmWith(
    options: { env?: Record<string, string>; stdin?: string | Buffer; prefix?: string[]; cwd?: string },
    ...words: string[]
  ): Promise<Ended>;
  /** Runs a command that must succeed, with --json, and gives what it printed. */
  json<T>(...words: string[]): Promise<T>;
  /** Starts `ccm daemon` as a child and waits until it says that it is ready. */
  startDaemon(env?: Record<string, string>): Promise<void>;
  /** SIGTERM, then its exit code. */
  stopDaemon(): Promise<number | null>;
  /** SIGKILL to the daemon alone. */
  killDaemon(): Promise<void>;
  readonly daemonPid: number | undefined;
  /** Ends every process of this test and removes every file. */
  remove(): Promise<void>;
};

/** An empty home that exists and has no database yet; `remove` it at the end. Its commands run through `as`, for another user. */
export function openHome(purpose: string, as: readonly string[] = [], place = tmpdir()): HomeUnderTest {
  const root = realpathSync(mkdtempSync(join(place, `ccm-${purpose}-`)));
  const paths = pathsAt(join(root, "home"));
  mkdirSync(join(root, "person"));
  const env = environmentIn(root, paths);
  writeFileSync(join(root, "person/.gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n");
  let daemon: ReturnType<typeof startChild> | undefined;

  const home: HomeUnderTest = {
    root,
    paths,
    env,
    ccm: (...words) => home.ccmWith({}, ...words),
    async ccmWith(options, ...words) {
      const child = Bun.spawn([...(options.prefix ?? as), binary(), ...words], {
        cwd: options.cwd ?? root,
        env: { ...env, ...options.env },
        stdin: options.stdin === undefined ? "ignore" : Buffer.from(options.stdin),
        stdout: "pipe",
        stderr: "pipe",
        timeout: COMMAND_TIMEOUT_MS,
        killSignal: "SIGKILL",
      });
      const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      return { code, stdout, stderr };
    },
    async json(...words) {
      const ended = await home.ccm(...words, "--json");
      if (ended.code !== 0) throw new Error(`ccm ${words.join(" ")} exited with ${ended.code}: ${ended.stderr}`);
      return JSON.parse(ended.stdout);
    },
    async startDaemon(more = {}) {
      const started = startChild([...as, binary(), "daemon"], { ...env, ...UNDER_LOAD, ...more }, join(root, "daemon-output.txt"));
      daemon = started;
      await waitFor("the daemon", () => {
        if (started.exitCode !== null || started.signalCode !== null) throw new Error(`The daemon ended: ${outputOf(root)}`);
        return findDaemon(paths).kind === "ready";
      });
    },
    async stopDaemon() {
      daemon?.kill("SIGTERM");
      await daemon?.exited;
      return daemon?.exitCode ?? null;
    },
    async killDaemon() {
      daemon?.kill("SIGKILL");
      await daemon?.exited;
    },
    get daemonPid() {
      return daemon && daemon.exitCode === null && daemon.signalCode === null ? daemon.pid : undefined;
    },
    async remove() {
      await killAll(root);
      await daemon?.exited;
      openUp(root);
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return home;
}

/** What loads the machine here are other tests, and no reason to start less. */
const UNDER_LOAD = { CCM_LIMITS_LOADPERCORE: "1000" };

/** Tests of windows switch them on: everywhere else they would be processes that nobody looks at. */
function environmentIn(root: string, paths: Paths): Record<string, string> {
  // The machine that runs all these tests is loaded, and that is no reason to wait.
  const own = {
    CCM_HOME: paths.home,
    CCM_WINDOWS_TMUX: "off",
    CCM_LIMITS_LOAD_PER_CORE: "1000",
    CCM_LIMITS_FREE_MEMORY_MB: "0",
    CCM_WEB_PORT: "0",
  };
  return { PATH: process.env.PATH ?? "", HOME: join(root, "person"), LANG: "C.UTF-8", TMPDIR: tmpdir(), ...own };
}

/** What the daemon printed; it should print nothing. */
export function outputOf(root: string): string {
  return readFileSync(join(root, "daemon-output.txt"), "utf8");
}

function startChild(argv: string[], env: Record<string, string>, output: string) {
  const file = openSync(output, "a");
  try {
    return Bun.spawn(argv, { cwd: "/", env, stdio: ["ignore", file, file], detached: true });
  } finally {
    closeSync(file);
  }
}

export type Found = { pid: number; command: string; environment: string; cwd: string };

/** Every living process that knows the folder: by its environment, its words or its working directory. */
export function processesOf(root: string): Found[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    const state = read(name, "stat").split(") ").at(-1)?.[0];
    const found = {
      pid: Number(name),
      command: read(name, "cmdline").replaceAll("\0", " "),
      environment: read(name, "environ"),
      cwd: link(name),
    };
    const isOurs = [found.command, found.environment, found.cwd].some((text) => text.includes(root));
    return isOurs && state !== "Z" && state !== "X" ? [found] : [];
  });
}

/** SIGKILL to all processes that know the folder, again until a look finds none. */
export async function killAll(root: string): Promise<void> {
  await waitFor(`the end of the processes in ${root}`, () => {
    const found = processesOf(root);
    for (const { pid } of found) kill(pid);
    return found.length === 0;
  });
}

/** SIGKILL; a process that has just ended is as good. */
export function kill(pid: number): void {
  if (pid <= 0) throw new Error(`${pid} is no process, but a group of them, this one's among them.`);
  try {
    process.kill(pid, "SIGKILL");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

function link(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
