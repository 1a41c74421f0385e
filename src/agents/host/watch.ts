// Looking at what a run uses: memory and processes every second, the tree's size every few.
import { lstatSync, readdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { commitsIn, LOG_BYTES } from "../../git/rules.ts";
import { newEndOf } from "../../kernel/file-end.ts";
import { allProcesses, descendantsOf, type Process, proportionalBytes, reapAdopted } from "../../kernel/process.ts";
import type { RunLimits } from "../schema.ts";

/** A limit that was passed, with the sentence for people. */
export type Breach = { limit: "memoryBytes" | "children" | "treeBytes" | "commits"; text: string };

export type Watch = {
  /** Looks if it is time to; calls are cheap in between. `keep` are children whose exit Bun collects. */
  look(elapsedMs: number, keep: ReadonlySet<number>): Breach | undefined;
  readonly peakMemoryBytes: number;
};

/** Fast enough to stop a leak, slow enough to cost next to nothing. */
const LOOK_MS = 1_000;
/** The first looks come sooner, so that short runs have a figure, too. */
const FIRST_LOOKS_MS = [0, 100, 400];
/** Where looking is slow (thousands of processes), it may take at most 1/200 of the time. */
const LOOK_SHARE = 200;
const TREE_MS = 5_000;
/** A tree of 200,000 files takes a second to measure: at most 1/50 of the time. */
const TREE_SHARE = 50;
/** Files and folders in a tree: some times as many as the largest have. An empty one takes no bytes, but a disk has only so many. */
const ENTRIES = 3_000_000;
/** Measuring lets the host work after this long. */
const SLICE_MS = 5;

/** `folders` are measured; `gitPath` is the private git directory, whose own log says what was committed. */
export function createWatch(hostPid: number, limits: RunLimits, folders: readonly string[], gitPath: string): Watch {
  const startedAt = Date.now();
  const newLog = newEndOf(`${gitPath}/logs/HEAD`, LOG_BYTES);
  let commits = 0;
  let nextLookMs = 0;
  let looks = 0;
  let peakMemoryBytes = 0;
  let nextTreeMs = TREE_MS;
  let isMeasuring = false;
  let treeBreach: Breach | undefined;

  function lookAtProcesses(keep: ReadonlySet<number>): Breach | undefined {
    const processes = allProcesses();
    reapAdopted(processes, keep);
    const below = descendantsOf(hostPid, processes).filter((process) => process.state !== "Z");
    const memoryBytes = below.reduce((sum, process) => sum + process.residentBytes, 0);
    peakMemoryBytes = Math.max(peakMemoryBytes, memoryBytes);
    if (below.length > limits.children) {
      return { limit: "children", text: `${below.length} processes run, ${limits.children} are allowed` };
    }
    return memoryBytes > limits.memoryBytes ? memoryBreach(below, limits.memoryBytes) : undefined;
  }

  function lookAtCommits(): Breach | undefined {
    const log = newLog();
    if (log !== null) commits = commitsIn(log, startedAt);
    return commits > limits.commits ? { limit: "commits", text: `${commits} commits were made, ${limits.commits} are allowed` } : undefined;
  }

  async function measureTree(startedMs: number): Promise<void> {
    const from = performance.now();
    const measured = await measure(folders);
    nextTreeMs = startedMs + Math.max(TREE_MS, (performance.now() - from) * TREE_SHARE);
    const text = tooMuch(measured, limits.treeBytes);
    if (text !== null) treeBreach = { limit: "treeBytes", text };
    isMeasuring = false;
  }

  return {
    look(elapsedMs, keep) {
      if (elapsedMs >= nextTreeMs && !isMeasuring) {
        isMeasuring = true;
        void measureTree(elapsedMs);
      }
      if (treeBreach || elapsedMs < nextLookMs) return treeBreach;
      const from = performance.now();
      const breach = lookAtProcesses(keep) ?? lookAtCommits();
      const costMs = performance.now() - from;
      looks += 1;
      nextLookMs = FIRST_LOOKS_MS[looks] ?? elapsedMs + Math.max(LOOK_MS, costMs * LOOK_SHARE);
      return breach;
    },
    get peakMemoryBytes() {
      return peakMemoryBytes;
    },
  };
}

/** Why a tree is too large, as the end of a sentence, or null. */
function tooMuch({ bytes, entries, isDeep }: Measured, treeBytes: number): string | null {
  if (bytes > treeBytes) return `the tree holds ${megabytes(bytes)}, ${megabytes(treeBytes)} are allowed`;
  if (entries > ENTRIES) return `the tree holds ${entries} files and folders, ${ENTRIES} are allowed`;
  return isDeep ? "the tree has folders in folders so deep that no path names what is in them" : null;
}

/** Resident memory counts a page once for each process that shares it, so before a run is ended the exact sum decides. */
function memoryBreach(processes: readonly Process[], limitBytes: number): Breach | undefined {
  const bytes = proportionalBytes(processes);
  return bytes > limitBytes
    ? {
        limit: "memoryBytes",
        text: `${processes.length} processes use ${megabytes(bytes)} of memory, ${megabytes(limitBytes)} are allowed`,
      }
    : undefined;
}

/** What folders hold; `isDeep`: also below what a path can name, so that nobody knows how much. */
export type Measured = { bytes: number; entries: number; isDeep: boolean };

/** Bytes on the disk and entries below the folders, links not followed; what vanishes meanwhile does not count. */
export async function measure(folders: readonly string[]): Promise<Measured> {
  const open = [...folders];
  const measured: Measured = { bytes: 0, entries: 0, isDeep: false };
  let sliceEnd = performance.now() + SLICE_MS;
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const entry of entriesOf(path, measured)) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) open.push(below);
      measured.bytes += diskBytes(below, measured);
      measured.entries += 1;
    }
    if (performance.now() > sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  return measured;
}

function entriesOf(path: string, measured: Measured) {
  return orNothing(measured, () => readdirSync(path, { withFileTypes: true })) ?? [];
}

function diskBytes(path: string, measured: Measured): number {
  return (orNothing(measured, () => lstatSync(path).blocks) ?? 0) * 512;
}

function orNothing<T>(measured: Measured, look: () => T): T | undefined {
  try {
    return look();
  } catch (thrown) {
    if ((thrown as { code?: string }).code === "ENAMETOOLONG") measured.isDeep = true;
  }
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
