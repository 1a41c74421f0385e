// The network of a run as its host makes it: doors into a network of its own, and the proxy to the hosts that it may reach.
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunPaths } from "../../kernel/paths.ts";
import { listedOwnPorts, openProxy, openWayTo } from "../../sandbox/actions.ts";
import { hasOwnNetwork } from "../../sandbox/rules.ts";
import type { SandboxSpec } from "../../sandbox/schema.ts";
import type { RunSpec } from "../schema.ts";
import type { Recorder } from "./record.ts";

/** A socket of the host's, and the port at which the run finds it. */
export type Door = { unix: string; port: number };

export type RunNetwork = {
  /** The spec's, with the doors and ports of this host. */
  sandbox: SandboxSpec;
  /** By which programs find the proxy. */
  variables: Record<string, string>;
  close(): void;
};

/** Ports of a loopback that is the run's own: above those that systems give out by themselves and people choose. */
const [ENDPOINT_PORT, PROXY_PORT] = [61_001, 61_002];

/** Where the endpoint of a run listens that has a network of its own; undefined where it can have a port of the machine. */
export function endpointDoor(spec: RunSpec, run: RunPaths): Door | undefined {
  if (!hasOwnNetwork(spec.sandbox)) return undefined;
  openSockets(run);
  return { unix: join(run.sockets, "endpoint"), port: ENDPOINT_PORT };
}

/** `endpointPort` is null for runs without hooks. Throws what the system says. */
export async function openNetwork(
  { sandbox }: Pick<RunSpec, "sandbox">,
  run: Pick<RunPaths, "sockets">,
  recorder: Pick<Recorder, "note">,
  endpointPort: number | null,
): Promise<RunNetwork> {
  if (hasOwnNetwork(sandbox)) return await openOwn(sandbox, run, recorder, endpointPort);
  const ports = endpointPort === null ? sandbox.ports : [...sandbox.ports, endpointPort];
  if (sandbox.network !== "hosts") return { sandbox: { ...sandbox, ports }, variables: {}, close() {} };
  const password = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
  const proxy = await openProxy({ hosts: sandbox.hosts, at: { password }, onRefusal: refusals(recorder) });
  return {
    sandbox: { ...sandbox, ports: [...ports, proxy.port, ...listedOwnPorts(sandbox.hosts)] },
    variables: proxyVariables(`http://ccm:${password}@127.0.0.1:${proxy.port}`),
    close: proxy.close,
  };
}

/** Nothing of the machine's network is in there, so that each thing the run may reach needs a door. */
async function openOwn(
  sandbox: SandboxSpec,
  run: Pick<RunPaths, "sockets">,
  recorder: Pick<Recorder, "note">,
  endpointPort: number | null,
): Promise<RunNetwork> {
  const doors: Door[] = endpointPort === null ? [] : [{ unix: join(run.sockets, "endpoint"), port: endpointPort }];
  const open: { close(): void }[] = [];
  if (sandbox.network === "hosts") {
    openSockets(run);
    const unix = join(run.sockets, "proxy");
    open.push(await openProxy({ hosts: sandbox.hosts, at: { unix }, onRefusal: refusals(recorder) }));
    doors.push({ unix, port: PROXY_PORT });
    for (const port of listedOwnPorts(sandbox.hosts)) {
      const way = join(run.sockets, String(port));
      open.push(await openWayTo(port, way));
      doors.push({ unix: way, port });
    }
  }
  for (const { unix } of doors) chmodSync(unix, 0o666); // Whoever a run is: the folder around these is its host's alone.
  return {
    sandbox: { ...sandbox, relays: doors.map(({ unix, port }) => ({ socket: unix, port })) },
    variables: sandbox.network === "hosts" ? proxyVariables(`http://127.0.0.1:${PROXY_PORT}`) : {},
    close() {
      for (const one of open) one.close();
      rmSync(run.sockets, { recursive: true, force: true });
    },
  };
}

function openSockets(run: Pick<RunPaths, "sockets">): void {
  mkdirSync(run.sockets, { recursive: true });
  chmodSync(run.sockets, 0o711);
}

/** What is on loopback is the run's own, or has a door of its own. */
const BESIDE_PROXY = "127.0.0.1,localhost,::1";

/** Both spellings, since programs read either; Node.js from 22.21 on looks at them when it is told to. */
function proxyVariables(url: string): Record<string, string> {
  return {
    ...{ HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url },
    ...{ NO_PROXY: BESIDE_PROXY, no_proxy: BESIDE_PROXY, NODE_USE_ENV_PROXY: "1" },
  };
}

/** Refusals of one run that are written down: a program that tries again is told again, and a person once. */
const REFUSALS = 100;

function refusals(recorder: Pick<Recorder, "note">): Parameters<typeof openProxy>[0]["onRefusal"] {
  const told = new Set<string>();
  return (refusal) => {
    const where = `${refusal.host}:${refusal.port}`;
    if (told.has(where) || told.size >= REFUSALS) return;
    told.add(where);
    recorder.note("refused", `the network refused ${where}`, refusal);
  };
}
