// Whatever is killed and whenever: the task is merged once, with the commit its gate passed on, and nothing is left over.
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { closeLane, type Lane, openLane, runCase } from "../support/kill-case.ts";
import { moments, sweep } from "../support/kill-sweep.ts";
import { testWith } from "../support/programs.ts";
import { waitFor } from "../support/wait.ts";

/** In each of these one moment is tried, in ms. 5 tries every one that differs and takes half an hour. */
const STEP_MS = Number(process.env.CCM_KILL_STEP_MS ?? 100);
/** A sweep at a step of 5 ms on a slow machine. */
const SWEEP_TIMEOUT_MS = 60 * 60_000;

beforeAll(() => {
  binary();
}, 120_000);

const everywhere = () => true;
const inRuns = (event: string) => event === "run.claimed" || event === "run.started";

describe("kill -9", () => {
  test.each([
    ["daemon", everywhere],
    ["everything", everywhere],
    ["host", inRuns],
    ["agent", inRuns],
  ] as const)(
    "of %s at any moment of a task",
    async (victim, when) => {
      const cases = moments(victim, STEP_MS, when);
      const { struck, wrong } = await sweep(cases);
      expect(wrong).toEqual([]);
      expect(struck).toBeGreaterThan(0); // A host or an agent is not there all the time, and how long depends on the machine.
    },
    SWEEP_TIMEOUT_MS,
  );

  test(
    "of everything while git writes a large checkout of the person's",
    () =>
      inLane(async (lane) => {
        for (const delayMs of [40, 100])
          expect(await runCase(lane, { victim: "everything", event: "merge.intended", nth: 1, delayMs }, manyFiles)).toBe("everything");
      }),
    SWEEP_TIMEOUT_MS,
  );

  testWith("tmux")(
    "of the tmux server that shows a run costs the run nothing",
    () =>
      inLane(async ({ home, ...lane }) => {
        const socket = join(home.root, "tmux.sock");
        const tmux = (...words: string[]) => Bun.spawnSync(["tmux", "-S", socket, "-f", "/dev/null", ...words], { env: home.env });
        const { id } = await home.json<{ id: number }>(
          "create-task",
          "--title",
          "Shown",
          "--prompt",
          "demo: await-message\ndemo: write a.txt a",
        );
        await waitFor("the run", () => lane.db.sql.query("SELECT 1 FROM runs WHERE state = 'running'").get());
        tmux("new-session", "-d", "-x", "120", "-y", "40", binary(), "view", "r1");
        await waitFor("the view", () => tmux("capture-pane", "-p").stdout.toString().includes("started agent"));
        process.kill(Number(tmux("display-message", "-p", "#{pid}").stdout), "SIGKILL");
        await waitFor("the server's end", () => tmux("list-sessions").exitCode !== 0);
        await home.json("message", String(id), "Go on");
        await home.json("wait", String(id), "--for", "approving");
        const runs = lane.db.sql.query<{ runs: string }, []>("SELECT group_concat(kind || ' ' || outcome) AS runs FROM runs").get();
        expect(runs?.runs).toBe("agent passed,gate passed");
      }),
    60_000,
  );
});

async function inLane(work: (lane: Lane) => Promise<void>): Promise<void> {
  const lane = await openLane();
  try {
    await work(lane);
  } finally {
    await closeLane(lane);
  }
}

const manyFiles = (name: string) => `demo: run mkdir ${name} && for i in $(seq 3000); do echo $i > ${name}/$i; done
demo: write ${name}-first.txt one
demo: write ${name}-second.txt two
`;
