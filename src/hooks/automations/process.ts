// One automation at work: started, given its event, watched, and ended with everything that it started.
import { constants } from "node:os";

export type ProcessOrder = { path: string; cwd: string; env: Record<string, string>; input: Uint8Array; deadlineMs: number };

/** `code` and `signal` as the process ended; `isLate` when it did not by itself. Texts are as far as they were kept. */
export type ProcessEnd = { code: number | null; signal: string | null; isLate: boolean; output: Kept; errors: Kept; tookMs: number };
export type Kept = { text: string; isCut: boolean };

/** An answer to a hook takes some hundred bytes; the context that an agent takes from one ends at 10,000 characters. */
const KEPT_BYTES = 64_000;
/** What is left in its pipes when it has ended and its group is killed is there at once; longer means that something else holds them. */
const DRAIN_MS = 200;

/**
 * Starts the automation in a process group of its own and waits for its end. At the deadline the whole group is killed, and
 * also what it leaves behind when it ends by itself. Output beyond 64 kB is read and dropped. `onStart` is told its pid.
 * Throws what the system says when it cannot be started.
 */
export async function runProcess(order: ProcessOrder, onStart: (pid: number) => void): Promise<ProcessEnd> {
  const startedMs = performance.now();
  const child = Bun.spawn([...dyingWithHost(), order.path], {
    cwd: order.cwd,
    env: order.env,
    stdin: order.input,
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  onStart(child.pid);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup(child.pid);
  }, order.deadlineMs);
  const [output, errors] = [keep(child.stdout), keep(child.stderr)];
  await child.exited;
  clearTimeout(timer);
  killGroup(child.pid);
  await Promise.race([Promise.all([output.done, errors.done]), Bun.sleep(DRAIN_MS)]);
  return {
    code: isLate || child.signalCode !== null ? null : child.exitCode,
    signal: child.signalCode === null ? null : String(child.signalCode),
    isLate,
    output: output.kept(),
    errors: errors.kept(),
    tookMs: Math.round(performance.now() - startedMs),
  };
}

/** util-linux's setpriv has the kernel kill it when the host dies, also by kill -9 (prctl(2), PR_SET_PDEATHSIG). */
function dyingWithHost(): string[] {
  const setpriv = Bun.which("setpriv");
  return setpriv ? [setpriv, "--pdeathsig", "KILL", "--"] : [];
}

/** A group that is empty by now is not there any more. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, constants.signals.SIGKILL);
  } catch {}
}

/** Reads a stream to its end and keeps its beginning. */
function keep(stream: ReadableStream<Uint8Array>): { done: Promise<void>; kept(): Kept } {
  const parts: Uint8Array[] = [];
  let size = 0;
  async function read(): Promise<void> {
    for await (const chunk of stream) {
      if (size < KEPT_BYTES) parts.push(chunk.slice(0, KEPT_BYTES - size));
      size += chunk.length;
    }
  }
  return {
    done: read().catch(() => {}),
    kept: () => ({ text: Buffer.concat(parts).toString("utf8"), isCut: size > KEPT_BYTES }),
  };
}
