// The spool: lines that hooks leave when no host is there, in a folder that everything in the run may write to.
import { beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appendToSpool, createSpoolReader, READ_BYTES, type SpoolLine } from "../../src/hooks/spool.ts";
import { temporaryFolder } from "../support/folders.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder("spool");
  file = join(folder, "hooks.jsonl");
});

const append = (event: string, body: string, at = 1) => appendToSpool(folder, event, Buffer.from(body), at);
const hook = (event: string, body: unknown, at = 1): SpoolLine => ({ kind: "hook", event, at, body });

describe("a hook in the spool", () => {
  test.each([
    ["an object", `{"a":[1,"x\\n"]}`, { a: [1, "x\n"] }],
    ["an object over several lines", `{\n "a": 1,\n "b": "é\\n"\n}\n`, { a: 1, b: "é\n" }],
    ["what is no JSON", "hello\nworld", "hello\nworld"],
    ["nothing", "", ""],
  ])("%s comes back", (_, body, expected) => {
    const reader = createSpoolReader(folder);
    expect(reader.read()).toEqual([]);
    append("Stop", body);
    expect(reader.read()).toEqual([hook("Stop", expected)]);
    expect(reader.read()).toEqual([]);
  });

  test("that only began like an object is a text, and its neighbours are whole", () => {
    append("A", "{}");
    append("B", `{"torn`);
    append("C", "{}");
    expect(createSpoolReader(folder).read()).toEqual([
      hook("A", {}),
      { kind: "text", text: `{"event":"B","at":1,"body":{"torn}` },
      hook("C", {}),
    ]);
  });

  test("that is too long for a line is told, not kept", () => {
    append("PostToolUse", `{"x":"${"y".repeat(READ_BYTES)}"}`);
    expect(createSpoolReader(folder).read()).toEqual([hook("PostToolUse", { note: `The body of ${READ_BYTES + 8} bytes was not kept.` })]);
  });

  test("of nearly the longest kind is kept", () => {
    const body = { x: "y".repeat(READ_BYTES - 1_000) };
    append("PostToolUse", JSON.stringify(body));
    expect(createSpoolReader(folder).read()).toEqual([hook("PostToolUse", body)]);
  });
});

describe("a reader", () => {
  test("leaves a line alone until its end is there", () => {
    const reader = createSpoolReader(folder);
    writeFileSync(file, `{"event":"A","at":1,`);
    expect(reader.read()).toEqual([]);
    appendFileSync(file, `"body":{}}\n`);
    expect(reader.read()).toEqual([hook("A", {})]);
  });

  test("takes a flood in parts and loses nothing of it", () => {
    const count = 30_000;
    writeFileSync(file, Array.from({ length: count }, (_, i) => `{"event":"E","at":${i},"body":1}\n`).join(""));
    const reader = createSpoolReader(folder);
    const times: number[] = [];
    for (let lines = reader.read(); lines.length > 0; lines = reader.read()) {
      expect(lines.length).toBeLessThanOrEqual(500);
      times.push(...lines.map((line) => (line.kind === "hook" ? line.at : Number.NaN)));
    }
    expect(times).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test("says that it left out an endless line, once, and goes on behind it", () => {
    const reader = createSpoolReader(folder);
    writeFileSync(file, "x".repeat(2.5 * READ_BYTES));
    expect(reader.read()).toEqual([{ kind: "text", text: `A line of more than ${READ_BYTES} bytes was left out.` }]);
    appendFileSync(file, `yyy\n{"event":"A","at":1,"body":{}}\n`);
    expect([reader.read(), reader.read(), reader.read()].flat()).toEqual([hook("A", {})]);
  });

  test("reads a file that was replaced or cut from its beginning", () => {
    const reader = createSpoolReader(folder);
    append("A", "{}");
    append("B", "{}");
    expect(reader.read().length).toBe(2);
    truncateSync(file, 0);
    append("C", "{}");
    expect(reader.read()).toEqual([hook("C", {})]);
    writeFileSync(join(folder, "new"), `{"event":"D","at":1,"body":{}}\n{"event":"E","at":1,"body":{}}\n`);
    renameSync(join(folder, "new"), file);
    expect(reader.read()).toEqual([hook("D", {}), hook("E", {})]);
  });

  test.each([
    ["a link to another file", () => symlinkSync("/etc/passwd", file)],
    ["a link to nowhere", () => symlinkSync("nowhere", file)],
    ["a link to an endless file", () => symlinkSync("/dev/zero", file)],
    ["a FIFO that nobody writes to", () => Bun.spawnSync(["mkfifo", file])],
    ["a folder", () => mkdirSync(file)],
    ["a spool that is gone", () => rmSync(folder, { recursive: true })],
    ["zeros without end", () => writeFileSync(file, "\0") ?? truncateSync(file, 1_000_000_000_000)],
  ])("reads nothing from %s and does not wait", (what, plant) => {
    plant();
    const reader = createSpoolReader(folder);
    const lines = [reader.read(), reader.read(), reader.read()].flat();
    expect(lines.filter(({ kind }) => kind === "hook")).toEqual([]);
    expect(lines.length).toBe(what.startsWith("zeros") ? 1 : 0);
  });

  test.each([`{"event":7,"at":1,"body":{}}`, `[]`, `null`, `"text"`, `{"event":"A"`, "\u001b[31mred"])("keeps %j as text", (line) => {
    writeFileSync(file, `${line}\n`);
    expect(createSpoolReader(folder).read()).toEqual([{ kind: "text", text: line }]);
  });

  test("takes a hook whose time or body is missing or wrong", () => {
    writeFileSync(file, `{"event":"A"}\n{"event":"B","at":"now","body":7}\n`);
    expect(createSpoolReader(folder).read()).toEqual([hook("A", null, 0), hook("B", 7, 0)]);
  });

  test("reads bytes that are no UTF-8", () => {
    writeFileSync(file, Buffer.concat([Buffer.from(`{"event":"A","at":1,"body":"`), Buffer.from([0xff, 0xfe]), Buffer.from(`"}\n`)]));
    expect(createSpoolReader(folder).read()).toEqual([hook("A", "\ufffd\ufffd")]);
  });
});

describe("a writer", () => {
  test.each([
    ["a link", () => symlinkSync("/dev/full", file)],
    ["a FIFO", () => Bun.spawnSync(["mkfifo", file])],
    ["a folder", () => mkdirSync(file)],
  ])("does not write through %s, and does not wait", (_, plant) => {
    plant();
    expect(() => append("A", "{}")).toThrow();
    expect(readdirSync(folder)).toEqual(["hooks.jsonl"]);
  });

  test("stops when the spool is full", () => {
    writeFileSync(file, "");
    truncateSync(file, 50_000_001);
    append("A", "{}");
    expect(Bun.file(file).size).toBe(50_000_001);
  });
});
