// Control groups: the kernel's own limits on the memory and the processes of a run, wherever this user may make groups.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export const CGROUPS = "/sys/fs/cgroup";

/** What a run may take; memory in bytes, without swap. A thread counts as one task. */
export type CgroupLimits = { memoryBytes: number; tasks: number };

/** A folder in which groups can be made that limit these. */
export type CgroupPlace = { version: 1 | 2; controls: ("memory" | "pids")[]; folder: string };

const CONTROLS = ["memory", "pids"] as const;

/**
 * Where groups beside or below this process's own can be made; `own` is /proc/self/cgroup, `top` the mount (cgroups(7)). In
 * the old hierarchies that is below its own group. In the new one a group that holds processes has no groups with limits
 * below it, so it is the nearest one above that hands the control on: a user's own slice of systemd is one.
 */
export function cgroupPlaces(own: string, top: string = CGROUPS): CgroupPlace[] {
  const groups = own
    .trim()
    .split("\n")
    .map((line) => ({ controls: (line.split(":")[1] ?? "").split(","), path: line.split(":").slice(2).join(":") }));
  const old = groups.flatMap(({ controls, path }) =>
    CONTROLS.filter((control) => controls.includes(control)).map((control): CgroupPlace => {
      return { version: 1, controls: [control], folder: join(top, control, path) };
    }),
  );
  const unified = groups.find(({ controls }) => controls.join() === "");
  const shared = unified && existsSync(join(top, "cgroup.controllers")) ? handedOn(join(top, unified.path), top) : [];
  return [...old, ...shared].filter(({ folder }) => existsSync(folder));
}

function handedOn(own: string, top: string): CgroupPlace[] {
  for (let folder = own; folder === top || folder.startsWith(`${top}/`); folder = dirname(folder)) {
    const handed = read(join(folder, "cgroup.subtree_control")).trim().split(" ");
    const controls = CONTROLS.filter((control) => handed.includes(control));
    if (controls.length > 0) return [{ version: 2, controls, folder }];
  }
  return [];
}

/** Makes a group of that name wherever it may, and gives their folders: none for a user who may nowhere. 0.3 ms. */
export function makeCgroups(places: readonly CgroupPlace[], name: string, limits: CgroupLimits): string[] {
  return places.flatMap((place) => {
    const folder = join(place.folder, name);
    try {
      mkdirSync(folder);
      for (const [file, value] of settings(place, limits)) if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value);
      return [folder];
    } catch {
      removeCgroups([folder]);
      return [];
    }
  });
}

/** Over its memory nothing may be pushed out to swap instead; one process over it ends all, where the kernel can do that. */
function settings({ version, controls }: CgroupPlace, { memoryBytes, tasks }: CgroupLimits): [file: string, value: string][] {
  const memory: [string, string][] =
    version === 1
      ? [
          ["memory.limit_in_bytes", String(memoryBytes)],
          ["memory.memsw.limit_in_bytes", String(memoryBytes)],
        ]
      : [
          ["memory.max", String(memoryBytes)],
          ["memory.swap.max", "0"],
          ["memory.oom.group", "1"],
        ];
  return [
    ...(controls.includes("memory") ? memory : []),
    ...(controls.includes("pids") ? [["pids.max", String(tasks)] as [string, string]] : []),
  ];
}

/**
 * Puts processes into the groups, with all that they start from then on. A group that takes none, because a user may not
 * take processes out of the one they are in, is given up. The first one waits for every core of the machine, 5 to 20 ms.
 */
export async function takeInto(folders: readonly string[], pids: readonly number[]): Promise<string[]> {
  const taken = await Promise.all(
    folders.map(async (folder) => {
      for (const pid of pids) {
        const fault = await writeFile(join(folder, "cgroup.procs"), String(pid)).catch((thrown: NodeJS.ErrnoException) => thrown.code);
        if (fault !== undefined && fault !== "ESRCH") return [];
      }
      return [folder];
    }),
  );
  return taken.flat();
}

/** The processes in these groups. */
export function heldBy(folders: readonly string[]): Set<number> {
  return new Set(folders.flatMap((folder) => read(join(folder, "cgroup.procs")).split("\n").filter(Boolean).map(Number)));
}

/** How often the kernel ended a process of these groups for its memory, and refused one more task. */
export function breachesIn(folders: readonly string[]): { memory: number; tasks: number } {
  const count = (file: string, name: string) =>
    folders.reduce((sum, folder) => sum + Number(new RegExp(`^${name} (\\d+)$`, "m").exec(read(join(folder, file)))?.[1] ?? 0), 0);
  return { memory: count("memory.events", "oom_kill") + count("memory.oom_control", "oom_kill"), tasks: count("pids.events", "max") };
}

/** Removes groups whose processes are gone; what still holds one stays. */
export function removeCgroups(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {}
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
