// What other rooms ask of the sandbox: how it is started here, and what this machine allows.

import { readFileSync } from "node:fs";
import { allProcesses, ownCommand, placesOf } from "../kernel/process.ts";
import { ownPorts } from "./allow-list.ts";
import { breachesIn, cgroupPlaces, heldBy, makeCgroups, removeCgroups, takeInto } from "./cgroup.ts";
import { socketsNamedFrom } from "./outside-sockets.ts";
import type { SandboxedLevel } from "./promises.ts";
import type { ProxyDoor, ProxyOptions } from "./proxy.ts";
import { chosenLevel, type SandboxLaunch } from "./rules.ts";
import type { SandboxLevel, SandboxProbe } from "./schema.ts";
import type { Tried } from "./trial.ts";

/**
 * How this machine starts a sandbox whose spec is in the file. `unshare` comes from util-linux, which every
 * distribution installs. Root needs no user namespace and does without where they are switched off.
 */
export function sandboxLaunch(specPath: string): SandboxLaunch {
  const unshare = Bun.which("unshare") ?? "/usr/bin/unshare";
  const launch = { executable: ownCommand(), specPath, unshare, sockets: socketsNamedFrom(foldersOfProcesses) };
  return process.getuid?.() === 0 && !userNamespaces() ? { ...launch, userNamespace: "none" } : launch;
}

/** 20 µs a process. */
function foldersOfProcesses(): string[] {
  return allProcesses().flatMap(({ pid }) => placesOf(pid));
}

function userNamespaces(): boolean {
  try {
    return Number(readFileSync("/proc/sys/user/max_user_namespaces", "utf8")) > 0;
  } catch {
    return false;
  }
}

/** What each level did when it was tried just now, and which of them runs would get. Costs 0.1 s. */
export async function trySandbox(settings: {
  level: "auto" | SandboxLevel;
  allowNone: boolean;
}): Promise<{ probes: SandboxProbe[]; chosen: SandboxLevel | null }> {
  const { probeSandbox } = await import("./probe.ts"); // Hosts load this file, and none of them probes.
  const probes = await probeSandbox();
  return { probes, chosen: chosenLevel(probes, settings) };
}

/** Opens the proxy of a run with network `hosts`; hosts of other runs do not load it. Throws what the system says. */
export async function openProxy(options: ProxyOptions): Promise<ProxyDoor> {
  return (await import("./proxy.ts")).openProxy(options);
}

/** Ports of this machine itself that a list of hosts names, such as those of local models and databases. */
export function listedOwnPorts(hosts: readonly string[]): number[] {
  return ownPorts(hosts);
}

/** Leads a socket to a port of this machine's loopback, for a run that may use it and has a network of its own. */
export async function openWayTo(port: number, unix: string): Promise<{ close(): void }> {
  return (await import("./splice.ts")).relay({ unix }, { port }, WAY_LINES);
}

/** Connections to one such port at a time: a local model or a database takes fewer. */
const WAY_LINES = 64;

/** Every promise with what came of trying to break it at each level. Takes some seconds. */
export async function tryPromises(): Promise<{ tried: Tried[]; errors: Partial<Record<SandboxedLevel, string>> }> {
  return await (await import("./trial.ts")).tryEach();
}

/** Control groups, for those who hold a run in them. */
export const controlGroups = { breachesIn, cgroupPlaces, heldBy, makeCgroups, removeCgroups, takeInto };
