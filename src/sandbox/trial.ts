// Tries every promise of every level on this machine: the table of `ccm doctor --sandbox`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownCommand } from "../kernel/process.ts";
import { sandboxLaunch } from "./actions.ts";
import { PROMISES, type Promised, type SandboxedLevel, type Verdict, verdictOn } from "./promises.ts";
import { sandboxArgv, sandboxEnv } from "./rules.ts";
import { NETWORKS, type Network } from "./schema.ts";
import { openTrial, type Trial } from "./trial-places.ts";

/** A promise with what came of trying it at each level. */
export type Tried = Pick<Promised, "name" | "says"> & Record<SandboxedLevel, Verdict>;

/** All attempts of one level take a second. */
const TRY_TIMEOUT_MS = 30_000;

/** Takes some seconds; what it makes is gone afterwards. `errors` says of a level why nothing could be tried in it. */
export async function tryEach(): Promise<{ tried: Tried[]; errors: Partial<Record<SandboxedLevel, string>> }> {
  const errors: Partial<Record<SandboxedLevel, string>> = {};
  const verdicts = { namespace: new Map<string, Verdict>(), kernel: new Map<string, Verdict>() };
  for (const level of ["namespace", "kernel"] as const) {
    for (const network of NETWORKS) {
      const promises = PROMISES.filter((one) => one.network === network);
      const result = await tryOne(level, network, promises);
      if (typeof result === "string") errors[level] ??= result;
      for (const one of promises) verdicts[level].set(one.name, verdictOn(one, level, typeof result === "string" ? null : result));
    }
  }
  const of = (level: SandboxedLevel, name: string) => verdicts[level].get(name) ?? "untried";
  return {
    tried: PROMISES.map(({ name, says }) => ({ name, says, namespace: of("namespace", name), kernel: of("kernel", name) })),
    errors,
  };
}

async function tryOne(level: SandboxedLevel, network: Network, promises: readonly Promised[]): Promise<string[] | string> {
  const trial = await openTrial();
  try {
    return await run(trial, level, network, promises);
  } finally {
    trial.close();
  }
}

/** The names that could be broken, or why nothing ran. */
async function run(trial: Trial, level: SandboxedLevel, network: Network, promises: readonly Promised[]): Promise<string[] | string> {
  const { places } = trial;
  const specPath = join(places.root, "spec.json");
  const order = join(places.tree, "order.json");
  const spec = trial.spec(level, network);
  writeFileSync(specPath, JSON.stringify(spec));
  writeFileSync(order, JSON.stringify({ places, names: promises.map(({ name }) => name) }));
  const argv = [...sandboxArgv(spec, sandboxLaunch(specPath)), ...ownCommand(), "sandbox", "--attempt", "promises", order];
  const child = Bun.spawn(argv, {
    env: sandboxEnv(level, { PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin" }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: TRY_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return code === 0 ? JSON.parse(output) : errors.trim() || `It ended with ${code}.`;
}
