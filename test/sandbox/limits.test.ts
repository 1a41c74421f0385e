// How large a file may grow inside.
import { afterEach, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { CASES, type Lab, openLab } from "../support/sandbox.ts";

let lab: Lab;
afterEach(() => lab.remove());

describe.each(CASES)("at %s as %s", (level, account) => {
  test("a file that grows too large ends who writes it, or fails for who does not want to be ended", async () => {
    lab = openLab(level, account);
    const limit = { order: { fileBytes: 1_000_000 } };
    const sized = (name: string) => statSync(join(lab.paths.task(1).tree, name)).size;
    const ended = await lab.run(["sh", "-c", "head -c 900000 /dev/zero > small && head -c 3000000 /dev/zero > big; echo $?"], limit);
    expect(ended.stdout).toBe("153\n"); // 128 + SIGXFSZ.
    expect([sized("small"), sized("big")]).toEqual([900_000, 1_000_000]);
    const program = `open("python", "wb").write(bytes(3_000_000))`;
    expect((await lab.run(["python3", "-c", program], limit)).stderr).toContain("File too large");
    const more = `import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))`;
    expect((await lab.run(["python3", "-c", more], limit)).code).not.toBe(0);
  });

  test("without a limit it grows", async () => {
    lab = openLab(level, account);
    expect(await lab.run(["sh", "-c", "head -c 3000000 /dev/zero > big; echo $?"])).toMatchObject({ stdout: "0\n" });
  });
});
