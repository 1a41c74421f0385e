// What an agent is told of its network, so that it does not look for ways that are not there. Pure.
import type { SandboxSpec } from "../sandbox/schema.ts";

/** Empty for the machine's own network. */
export function networkText({ network, hosts, ports }: Pick<SandboxSpec, "network" | "hosts" | "ports">): string {
  if (network === "host") return "";
  return `${REACH[network](hosts, ports)} ${WHAT_TO_DO}`;
}

const REACH = {
  hosts: (hosts: readonly string[]) =>
    `Your network is limited to ${hosts.join(", ") || "nothing"}, through the proxy that HTTPS_PROXY and HTTP_PROXY name; a program that does not use them finds no network.`,
  ports: (_: unknown, ports: readonly number[]) =>
    `Your network is limited to the TCP ports ${ports.join(", ") || "(none)"}; also on this machine, also for tests.`,
  none: () => "You have no network.",
} as const;

const WHAT_TO_DO =
  "What else you ask for is refused, whatever way you try. Work without it where you can; if you cannot, say at the end which host and port you need and what for: a person can allow it.";
