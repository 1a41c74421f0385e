// Packs that were damaged or forged in thousands of ways: each import either brings sound objects or leaves everything as it was.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IMPORT_BYTES } from "../../src/git/import.ts";
import { type Source, transfer } from "../../src/git/quarantine.ts";
import { isFault } from "../../src/kernel/fault.ts";
import { temporaryFolder } from "../support/folders.ts";
import { sealed } from "./hostile-objects.ts";
import { bench, commitAll, complaints, git, TEXT, write } from "./repositories.ts";

/** A few seconds of them in each run of the tests; `CCM_FUZZ_ROUNDS=5000` for an afternoon's. */
const ROUNDS = Number(process.env.CCM_FUZZ_ROUNDS ?? 60);
const SEED = Number(process.env.CCM_FUZZ_SEED ?? 20_240_229);
setDefaultTimeout(30_000 + ROUNDS * 2_000);

type Random = (below: number) => number;

/** Mulberry32: the same seed, the same packs. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const CHANGES: Record<string, (bytes: Buffer, random: Random) => Buffer> = {
  "a bit": (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random(8))),
  "some bytes": (bytes, random) => {
    let result = bytes;
    for (let left = 1 + random(16); left > 0; left--) result = changed(result, random, () => random(256));
    return result;
  },
  "cut off": (bytes, random) => bytes.subarray(0, random(bytes.length)),
  "a piece left out": (bytes, random) => spliced(bytes, random, Buffer.alloc(0)),
  "a piece of zeros": (bytes, random) => spliced(bytes, random, Buffer.alloc(random(200))),
  "a piece from elsewhere": (bytes, random) => {
    const from = random(bytes.length);
    return spliced(bytes, random, bytes.subarray(from, from + random(200)));
  },
  "another number of objects": (bytes, random) => {
    const result = Buffer.from(bytes);
    if (result.length >= 12) result.writeUInt32BE([0, 1, 2, 5, 0x7fffffff, 0xffffffff][random(6)] ?? 0, 8);
    return result;
  },
  "another size in a header": (bytes, random) => changed(bytes, random, (byte) => byte | 0x80),
};

function changed(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const result = Buffer.from(bytes);
  const at = random(result.length || 1);
  result[at] = change(result[at] ?? 0);
  return result;
}

function spliced(bytes: Buffer, random: Random, piece: Buffer): Buffer {
  const at = random(bytes.length || 1);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + random(100))]);
}

function mutated(bytes: Buffer, random: Random): { name: string; bytes: Buffer } {
  const names = Object.keys(CHANGES);
  const name = names[random(names.length)] ?? "";
  return { name, bytes: CHANGES[name]?.(bytes, random) ?? bytes };
}

/** Work with every type of object, deltas and a merge in it. */
async function working() {
  const all = await bench();
  await all.trees.create(all.order);
  const { tree } = all;
  const lines = Array.from({ length: 400 }, (_, at) => `line ${at} of a file that is long enough for deltas\n`);
  write(tree, { "long.txt": lines.join(""), "d/e/f.txt": "f\n", "g.txt": "g\n" });
  commitAll(tree, "one");
  for (const at of [10, 200, 390]) {
    lines[at] = `changed ${at}\n`;
    write(tree, { "long.txt": lines.join("") });
    commitAll(tree, `change ${at}`);
  }
  git(tree, "checkout", "-q", "-b", "side", all.base);
  write(tree, { "side.txt": "s\n" });
  commitAll(tree, "side");
  git(tree, "checkout", "-q", "ccm/task-1");
  git(tree, "merge", "-q", "-m", "merge", "side");
  return { ...all, tip: git(tree, "rev-parse", "HEAD") };
}

const inside = (path: string) => ({
  objects: readdirSync(join(path, ".git/objects"), { recursive: true }).map(String).sort(),
  refs: git(path, "for-each-ref"),
});

/** Every end but these two is a bug: it came in whole, or it was refused and nothing is different. */
async function endOf(work: Promise<unknown>): Promise<"in" | "refused"> {
  try {
    await work;
    return "in";
  } catch (thrown) {
    if (isFault(thrown) && (thrown.code === "failed" || thrown.code === "denied")) return "refused";
    throw thrown;
  }
}

test(`${ROUNDS} streams that no git would print, with seed ${SEED}`, async () => {
  const { path, task, tip, base, tree } = await working();
  const pack = Buffer.from(
    Bun.spawnSync(["git", "pack-objects", "-q", "--revs", "--stdout", "--delta-base-offset"], {
      cwd: tree,
      stdin: Buffer.from(`${tip}\n^${base}\n`),
    }).stdout,
  );
  const forged = join(temporaryFolder("pack"), "forged.pack");
  // A git that prints a file: what comes out of the sandbox may be anything.
  const source: Source = (call) => ({ ...call, args: ["-c", `alias.print=!cat '${forged}'`, "print"], config: [], stdin: "" });
  const before = inside(path);
  const random = randomFrom(SEED);
  const ends = { in: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const { name, bytes } = mutated(pack.subarray(0, -20), random);
    // A wrong checksum is found at once; one that is right lets the change meet what is behind.
    writeFileSync(forged, random(10) === 0 ? mutated(pack, random).bytes : sealed(bytes));
    const limits = { packBytes: IMPORT_BYTES, fileBytes: 50_000_000 };
    const keeps: string[] = [];
    const end = await endOf(
      transfer({ task, want: tip, have: [base], limits }, source, async () => {}).then((done) => keeps.push(...(done?.keeps ?? []))),
    );
    ends[end]++;
    if (end === "in") expect(complaints(path), `round ${round}: ${name}`).toBe("");
    for (const keep of keeps)
      for (const ending of [".keep", ".idx", ".pack", ".rev"]) rmSync(keep.replace(".keep", ending), { force: true });
    expect(inside(path), `round ${round}: ${name}`).toEqual(before);
  }
  expect(ends.refused).toBeGreaterThan(ROUNDS / 2);
});

test(`${ROUNDS} private directories whose objects were spoiled, with seed ${SEED}`, async () => {
  const { path, task, tip, base, order, trees, tree } = await working();
  git(tree, "repack", "-adq", "--no-write-bitmap-index");
  const packs = join(task.gitPath, "objects/pack");
  const names = readdirSync(packs).filter((name) => /\.(pack|idx)$/.test(name));
  const originals = new Map(names.map((name) => [name, readFileSync(join(packs, name))]));
  const before = inside(path);
  const files = git(tree, "rev-parse", `${tip}^{tree}`);
  const random = randomFrom(SEED + 1);
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const name = names[random(names.length)] ?? "";
    const { bytes } = mutated(originals.get(name) ?? Buffer.alloc(0), random);
    rmSync(join(packs, name), { force: true });
    writeFileSync(join(packs, name), bytes);
    const end = await endOf(trees.importBranch(order, base, TEXT));
    if (end === "in") {
      // Damage where git did not look, or in the history only: what came in has the files of the work.
      expect(git(path, "rev-parse", "ccm/task-1^{tree}")).toBe(files);
      expect(complaints(path)).toBe("");
      git(path, "update-ref", "refs/heads/ccm/task-1", base);
      rmSync(join(path, ".git/logs/refs/heads/ccm/task-1"), { force: true });
      for (const added of inside(path).objects.filter((name) => !before.objects.includes(name)))
        rmSync(join(path, ".git/objects", added), { recursive: true, force: true });
    } else refused++;
    expect(inside(path), `round ${round} on ${name}`).toEqual(before);
    for (const [original, content] of originals) {
      rmSync(join(packs, original), { force: true });
      writeFileSync(join(packs, original), content);
    }
  }
  expect(refused).toBeGreaterThan(ROUNDS / 4);
});
