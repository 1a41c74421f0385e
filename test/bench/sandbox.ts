// What a sandbox adds to the start of a command, and to each process that the command starts, beside bubblewrap and unshare.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sandboxLaunch } from "../../src/sandbox/actions.ts";
import { sandboxArgv, sandboxEnv, sandboxSpec } from "../../src/sandbox/rules.ts";
import type { Network, SandboxLevel } from "../../src/sandbox/schema.ts";
import { binary } from "../support/binary.ts";
import { cpuOf, inTurn, timed } from "./measure.ts";
import { clear, place } from "./places.ts";
import { ms, type Row, row, times, us } from "./row.ts";

const ROUNDS = 15;
const CHILD_ROUNDS = 5;
const CHILDREN = 300;
const RELAYED_PORT = 61_002;
const ENV = { PATH: "/usr/local/bin:/usr/bin:/bin" };
/** Starts a process again and again. */
const MANY = ["sh", "-c", `i=0; while [ $i -lt ${CHILDREN} ]; do /bin/true; i=$((i+1)); done`];
const RIVALS = {
  bubblewrap: [
    "bwrap",
    "--ro-bind",
    "/",
    "/",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    "--tmpfs",
    "/tmp",
    "--unshare-pid",
    "--unshare-ipc",
    "--",
  ],
  unshare: ["unshare", "--user", "--map-current-user", "--mount", "--ipc", "--pid", "--fork", "--kill-child", "--"],
};

type Name = "plain" | "namespace" | "kernel" | "hosts" | "bubblewrap" | "unshare";

/** Judged by processor time, which a loaded machine hardly changes; the wall time stands beside it. */
export async function sandbox(): Promise<Row[]> {
  const folder = place();
  try {
    const wall = await inTurn(ROUNDS, each(folder, ["/bin/true"], timed));
    const starts = await inTurn(ROUNDS, each(folder, ["/bin/true"], cpu));
    const children = await inTurn(CHILD_ROUNDS, each(folder, MANY, cpu));
    const added = (name: Name) => starts.of(name) - starts.of("plain");
    const slower = (name: Name) => wall.of(name) - wall.of("plain");
    const perChild = (name: Name) => (children.of(name) - starts.of(name)) / CHILDREN;
    const rivals = `wall: bubblewrap ${ms(slower("bubblewrap"))}, unshare ${ms(slower("unshare"))}`; // bwrap does not wait for its own child's times.
    const network = `${ms(added("hosts"))} (wall ${ms(slower("hosts"))})`;
    const levels = (["namespace", "kernel"] as const).flatMap((level) => [
      row(`sandbox (${level}), start`, "≤ 15 ms added", `${ms(added(level))} (wall ${ms(slower(level))})`, rivals, added(level) <= 15),
      row(
        `sandbox (${level}), each child`,
        "0 added (≤ 1.1 ×)",
        `${times(perChild(level) / perChild("plain"))} (${us(perChild(level))})`,
        `plain ${us(perChild("plain"))}, in unshare ${us(perChild("unshare"))}`,
        perChild(level) <= 1.1 * perChild("plain"),
      ),
    ]);
    return [...levels, row("sandbox (namespace), network of named hosts", "≤ 15 ms added", network, rivals, added("hosts") <= 15)];
  } finally {
    await clear(folder);
  }
}

type Measure = (work: () => number) => number | Promise<number>;
const cpu: Measure = (work) => work();

function each(folder: string, command: string[], measure: Measure): Record<Name, () => number | Promise<number>> {
  const one =
    (argv: string[], env: Record<string, string> = ENV) =>
    () =>
      measure(() => cpuOf(argv, env));
  const rival = (words: string[]) => (Bun.which(words[0] ?? "") ? one([...words, ...command]) : () => Number.NaN);
  const level = (name: SandboxLevel) => one([...words(folder, name), ...command], sandboxEnv(name, ENV));
  return {
    plain: one(command),
    namespace: level("namespace"),
    kernel: level("kernel"),
    hosts: one([...words(folder, "namespace", "hosts"), ...command], sandboxEnv("namespace", ENV)),
    bubblewrap: rival(RIVALS.bubblewrap),
    unshare: rival(RIVALS.unshare),
  };
}

/** The sandbox that a run gets, around folders that are there. */
function words(folder: string, level: SandboxLevel, network: Network = "host"): string[] {
  const at = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const spec = sandboxSpec({
    level,
    tree: at("home/tasks/1/tree"),
    git: at("home/tasks/1/git"),
    tmp: at("home/tasks/1/tmp"),
    spool: at("home/runs/1/spool"),
    ccmHome: at("home"),
    userHome: at("person"),
    repositoryGit: at("repo/.git"),
    network,
    relays: network === "hosts" ? [{ port: RELAYED_PORT, socket: join(at("home/runs/1/sockets"), "proxy") }] : [],
    show: [dirname(binary())],
  });
  const specPath = join(folder, `${level}-${network}.json`);
  writeFileSync(specPath, JSON.stringify(spec));
  return sandboxArgv(spec, { ...sandboxLaunch(specPath), executable: [binary()] });
}
