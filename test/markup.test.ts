// The scan of markup that `bun run check` runs finds a text that would reach a page unescaped.
import { expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./support/folders.ts";

const ROOT = join(import.meta.dir, "..");

test("a text without `safe` fails the scan, one with it does not", () => {
  const folder = temporaryFolder("markup");
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(ROOT, "tsconfig.json"), include: ["*.tsx"] }));
  writeFileSync(join(folder, "unsafe.tsx"), "export const heading = (title: string) => <h1>{title}</h1>;\n");
  writeFileSync(join(folder, "safe.tsx"), "export const heading = (title: string) => <h1 safe>{title}</h1>;\n");

  const scan = Bun.spawnSync([process.execPath, "--bun", "node_modules/.bin/xss-scan", "-p", "tsconfig.json"], { cwd: folder });

  expect(scan.stderr.toString().match(/\w+\.tsx\(.*?K\d+/g)).toEqual(["unsafe.tsx(1,48): error TS0 K601"]);
  expect(scan.exitCode).toBe(1);
});
