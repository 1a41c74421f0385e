// Which hosts a list allows, and to which of their addresses. Pure.
import { isAddress, type Reach, reachOf } from "./addresses.ts";

/** Where somebody wants to go: a name in small letters or an address, and a port. */
export type Target = { host: string; port: number };

/** What an entry that names no port stands for: the web. */
const WEB_PORTS = [443, 80];

/** How an entry allows a target: named itself, or as one of many below a name. */
export type Allowance = "named" | "below";

/**
 * Entries are `host`, `host:port`, `*.host` for every name below it, or an IPv4 address. The first that names the target
 * itself counts before one that means many; null when none does.
 */
export function allowanceOf(entries: readonly string[], target: Target): Allowance | null {
  const fits = entries.map(entryOf).filter(({ ports }) => ports.includes(target.port));
  if (fits.some(({ host }) => host === target.host)) return "named";
  const isBelow = ({ host }: Entry) => host.startsWith("*.") && target.host.endsWith(host.slice(1)) && !isAddress(target.host);
  return fits.some(isBelow) ? "below" : null;
}

type Entry = { host: string; ports: number[] };

function entryOf(text: string): Entry {
  const [host = "", port] = text.toLowerCase().split(":");
  return { host, ports: port === undefined ? WEB_PORTS : [Number(port)] };
}

/**
 * Of the addresses that a name has, those that it may be asked for at. A person who names a host of their own network
 * means its private address; nobody means the machine itself, or its cloud's credentials, by a name: that must be said
 * by its address. What only stands below a name, where somebody else may give out names, is on the internet or nowhere.
 */
export function allowedAddresses(target: Target, allowance: Allowance, addresses: readonly string[]): string[] {
  if (isAddress(target.host) || target.host === LOCAL_NAME) return [...addresses];
  const reaches: Reach[] = allowance === "named" ? ["public", "private"] : ["public"];
  return addresses.filter((address) => reaches.includes(reachOf(address)));
}

/** The one name that means this machine. */
const LOCAL_NAME = "localhost";

/** Ports of this machine itself that the entries name: local models and databases. */
export function ownPorts(entries: readonly string[]): number[] {
  const isOwn = ({ host, ports }: Entry) => (host === LOCAL_NAME || host === "127.0.0.1") && ports.length === 1;
  return [
    ...new Set(
      entries
        .map(entryOf)
        .filter(isOwn)
        .flatMap(({ ports }) => ports),
    ),
  ];
}
