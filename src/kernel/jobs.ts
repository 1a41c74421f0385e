// Slow work beside the loop: one job a key, a deadline each, waking the loop when it ends.
import type { Clock } from "./clock.ts";
import { Fault } from "./fault.ts";

/** How a job ended; `error` is what it threw, a `timeout` Fault when its deadline passed. */
export type JobEnd = { key: string; error?: unknown };

export type Job = { key: string; timeoutMs: number; work: (signal: AbortSignal) => Promise<void> };

export type Jobs = {
  /** Starts the job unless one with the same key runs; tells whether it did. */
  start(job: Job): boolean;
  isRunning(key: string): boolean;
  readonly size: number;
  /** Aborts all and resolves when the last has ended. */
  stop(): Promise<void>;
};

/** `onEnd` is called once a job, after it left the table: it wakes the loop and logs what was not expected. */
export function createJobs(clock: Clock, onEnd: (end: JobEnd) => void): Jobs {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();

  async function run(job: Job, controller: AbortController): Promise<void> {
    const end: JobEnd = { key: job.key };
    try {
      await withDeadline(clock, job, controller);
    } catch (thrown) {
      end.error = thrown;
    }
    running.delete(job.key);
    onEnd(end);
  }

  return {
    start(job) {
      if (running.has(job.key)) return false;
      const controller = new AbortController();
      const entry = { controller, done: Promise.resolve() };
      running.set(job.key, entry);
      entry.done = run(job, controller);
      return true;
    },
    isRunning: (key) => running.has(key),
    get size() {
      return running.size;
    },
    async stop() {
      for (const { controller } of running.values()) controller.abort(new Fault("unavailable", "The daemon is stopping."));
      while (running.size > 0) await Promise.all([...running.values()].map((entry) => entry.done));
    },
  };
}

/** The job keeps its key until it has really ended: two jobs of one key never overlap, even after a deadline. */
async function withDeadline(clock: Clock, job: Job, controller: AbortController): Promise<void> {
  const timer = new AbortController();
  const overdue = new Fault(
    "timeout",
    `"${job.key}" did not end within ${job.timeoutMs / 1000} s.`,
    "`ccm logs` shows what it waited for.",
  );
  clock.sleep(job.timeoutMs, timer.signal).then(() => {
    if (!timer.signal.aborted) controller.abort(overdue);
  });
  try {
    await job.work(controller.signal);
  } catch (thrown) {
    throw controller.signal.aborted ? controller.signal.reason : thrown;
  } finally {
    timer.abort();
  }
}
