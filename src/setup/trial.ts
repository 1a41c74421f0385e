// What `ccm doctor` tries, asked for on the page: in a process of its own, since some of it keeps whoever does it busy.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { ownCommand } from "../kernel/process.ts";
import { askDaemon } from "../kernel/requests.ts";
import { ok, tried } from "./checks.ts";
import type { Check } from "./schema.ts";

/** When it was tried, epoch ms, and what came of it. */
export type Trial = { at: number; checks: Check[] };

/** All checks together take seconds; programs that hang are given up before. */
const TRIAL_MS = 60_000;
/** A loop that lives looks at requests at least once a second. */
const PING_MS = 5_000;

const checksSchema = v.array(
  v.object({ name: v.string(), verdict: v.picklist(["ok", "warn", "fail"]), text: v.string(), hint: v.string() }),
);

let last: Trial | null = null;
let running: Promise<Trial> | null = null;

/** The last trial since the daemon started. */
export function lastTrial(): Trial | null {
  return last;
}

/** Tries everything; who asks while it is being tried gets the same. Faults: `failed` when nothing can be tried. */
export function tryEverything(ctx: Ctx): Promise<Trial> {
  running ??= run(ctx).finally(() => {
    running = null;
  });
  return running;
}

async function run(ctx: Ctx): Promise<Trial> {
  const [loop, checks] = await Promise.all([tried("loop", () => ping(ctx)), doctor()]);
  last = { at: ctx.clock.now(), checks: [loop, ...checks] };
  return last;
}

async function ping(ctx: Ctx): Promise<Check> {
  const from = ctx.clock.elapsed();
  await askDaemon(ctx, "ping", {}, PING_MS);
  return ok("loop", `It answered after ${Math.round(ctx.clock.elapsed() - from)} ms.`);
}

/** Its exit code only repeats what the checks say. */
async function doctor(): Promise<Check[]> {
  const child = Bun.spawn([...ownCommand(), "doctor", "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: TRIAL_MS,
    killSignal: "SIGKILL",
  });
  const text = await child.stdout.text();
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), checksSchema), text);
  if (parsed.success) return parsed.output;
  throw new Fault("failed", "What `ccm doctor` tries could not be told.", "Type it in a terminal: ccm doctor");
}
