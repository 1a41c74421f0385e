// How many files this process has open, connections included, and how many it may: https://man7.org/linux/man-pages/man5/proc.5.html.
import { readdirSync, readFileSync } from "node:fs";

/** 0 where nothing says it. */
export function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

/** Infinite where nothing says it. */
export function filesAllowed(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
