// What `ccm doctor --sandbox` tries: it holds at each level, and every attempt is a real one.
import { afterEach, describe, expect, test } from "bun:test";
import { chownSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownCommand } from "../../src/kernel/process.ts";
import { PROMISES, verdictOn } from "../../src/sandbox/promises.ts";
import { openTrial, type Trial } from "../../src/sandbox/trial-places.ts";
import { asNormalUser, isRoot, NOBODY } from "../support/users.ts";

const SLOW_MS = 60_000;

describe.each(isRoot ? ["root", "a normal user"] : ["a normal user"])("as %s", (who) => {
  test(
    "no level breaks a promise, and what is open is what the table says",
    () => {
      const words = [...ownCommand(), "doctor", "--sandbox", "--json"];
      const child = Bun.spawnSync(who === "root" ? words : asNormalUser(words), {
        env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent" },
      });
      const { promises, errors } = JSON.parse(child.stdout.toString()) as {
        promises: { name: string; namespace: string; kernel: string }[];
        errors: object;
      };
      expect(errors).toEqual({});
      expect(promises).toHaveLength(PROMISES.length);
      for (const { name, namespace, kernel } of promises) {
        const openAt = PROMISES.find((one) => one.name === name)?.openAt ?? [];
        expect({ name, namespace, kernel }).toEqual({
          name,
          namespace: openAt.includes("namespace") ? "open" : "held",
          kernel: openAt.includes("kernel") ? "open" : "held",
        });
      }
      expect(child.exitCode).toBe(0);
    },
    SLOW_MS,
  );
});

let trial: Trial | undefined;
afterEach(() => {
  trial?.close();
  trial = undefined;
});

test(
  "without a sandbox a normal user breaks every one of them",
  async () => {
    trial = await openTrial();
    const order = join(trial.places.tree, "order.json");
    writeFileSync(order, JSON.stringify({ places: trial.places, names: PROMISES.map(({ name }) => name) }));
    const own = { ...trial.places, outside: process.pid };
    if (isRoot)
      for (const name of ["", ...readdirSync(own.root, { recursive: true, encoding: "utf8" })])
        chownSync(join(own.root, name), NOBODY, NOBODY);
    const words = asNormalUser([...ownCommand(), "sandbox", "--attempt", "promises", order]);
    const child = Bun.spawn(words, { cwd: own.tree, stdout: "pipe", stderr: "inherit" });
    const broken = JSON.parse(await child.stdout.text()) as string[];
    const needsTheSameUser = isRoot ? ["look", "signal", "trace"] : [];
    // Terminals are there or not, and what else is tried of the kernel may be closed to everybody.
    const mayBeRefused = [...needsTheSameUser, "terminals", "trace", "kernel", "mounts"];
    expect(PROMISES.map(({ name }) => name).filter((name) => !broken.includes(name) && !mayBeRefused.includes(name))).toEqual([]);
  },
  SLOW_MS,
);

test("what succeeded is open where it is known, and else broken; work is the other way round", () => {
  const promise = { name: "a", says: "", openAt: ["kernel"], network: "host", kind: "wall" } as const;
  expect(verdictOn(promise, "kernel", ["a"])).toBe("open");
  expect(verdictOn(promise, "namespace", ["a"])).toBe("broken");
  expect(verdictOn(promise, "kernel", [])).toBe("held");
  expect(verdictOn(promise, "kernel", null)).toBe("untried");
  expect(verdictOn({ ...promise, kind: "work" }, "kernel", [])).toBe("broken");
  expect(verdictOn({ ...promise, kind: "work" }, "kernel", ["a"])).toBe("held");
});
