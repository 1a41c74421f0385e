// What a run puts on the disk is seen: empty folders, and what lies deeper than a path can name.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWatch, measure } from "../../src/agents/host/watch.ts";
import { deepFolders, temporaryFolder, temporaryHome } from "../support/folders.ts";
import { shellSpec } from "../support/runs.ts";
import { waitFor } from "../support/wait.ts";

test("files and folders count with the blocks that they take", async () => {
  const top = temporaryFolder();
  expect(await measure([top])).toEqual({ bytes: 0, entries: 0, isDeep: false });
  writeFileSync(join(top, "large"), Buffer.alloc(100_000, 1));
  for (let i = 0; i < 50; i++) mkdirSync(join(top, `folder-${i}`));
  const { bytes, entries, isDeep } = await measure([top]);
  expect([entries, isDeep]).toEqual([51, false]);
  const alone = await measure([join(top, "folder-0")]);
  expect(alone).toEqual({ bytes: 0, entries: 0, isDeep: false });
  expect(bytes).toBeGreaterThanOrEqual(100_000);
});

test("folders that no path names are known, though nobody knows what they hold", async () => {
  const top = temporaryFolder();
  deepFolders(top, 40);
  expect(await measure([top])).toMatchObject({ isDeep: true });
});

test("a tree with such folders, or too large, is over the limit", async () => {
  const top = temporaryFolder();
  const limits = { ...shellSpec(temporaryHome()).limits, treeBytes: 1_000_000 };
  const breachOf = (folder: string) => {
    const watch = createWatch(process.pid, limits, [folder], join(top, "git"));
    return waitFor("the tree to be measured", () => watch.look(10_000, new Set()));
  };
  for (const name of ["deep", "large"]) mkdirSync(join(top, name));
  deepFolders(join(top, "deep"), 40);
  expect(await breachOf(join(top, "deep"))).toMatchObject({ limit: "treeBytes", text: expect.stringContaining("so deep") });
  writeFileSync(join(top, "large", "file"), Buffer.alloc(1_100_000, 1));
  expect(await breachOf(join(top, "large"))).toMatchObject({ limit: "treeBytes", text: expect.stringContaining("are allowed") });
});
