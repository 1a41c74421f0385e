// What a host writes down of secrets that nobody stored: nothing, wherever a line or a piece of a stream ends.
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeLong } from "../../src/agents/host/long-line.ts";
import { createRecorder } from "../../src/agents/host/record.ts";
import { pathsAt } from "../../src/kernel/paths.ts";
import { temporaryFolder } from "../support/folders.ts";

const LINE = "MIIEpAIBAAKCAQEAx".repeat(4).slice(0, 64);
const KEY = `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${`${LINE}\n`.repeat(25)}-----END RSA ${"PRIVATE"} KEY-----`;
const TOKEN = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z";

test.each([
  ["a key", KEY, LINE.slice(0, 20)],
  ["a token", `ghp_${TOKEN}`, TOKEN.slice(4, 20)],
  ["what an option says is one", `--token ${TOKEN}`, TOKEN.slice(4, 20)],
  ["a header", `Authorization: Bearer ${TOKEN}`, TOKEN.slice(4, 20)],
])("%s goes from a long line wherever it stands and wherever its pieces end", (_, secret, part) => {
  const path = join(temporaryFolder(), "long.txt");
  for (let before = 0; before < 5_000; before += 97) {
    const bytes = Buffer.from(JSON.stringify(`${"word ".repeat(1_000).slice(0, before)} ${secret} ${"tail ".repeat(3_000)}`));
    const long = writeLong(path);
    const size = 500 + ((before * 7) % 9_000);
    for (let at = 0; at < bytes.length; at += size) long.write(bytes.subarray(at, at + size));
    long.close();
    const text = readFileSync(path, "utf8");
    expect(text).not.toContain(part);
    expect(JSON.parse(text).match(/\[redacted [a-zA-Z ]+\]/g)).toHaveLength(1);
    expect(text).toEndWith('tail tail "');
  }
});

test("a key without an end holds nothing back for ever", () => {
  const path = join(temporaryFolder(), "long.txt");
  const long = writeLong(path);
  long.write(Buffer.from(KEY.slice(0, 40)));
  for (let piece = 0; piece < 100; piece++) long.write(Buffer.from(LINE.repeat(100)));
  expect(long.bytes).toBeGreaterThan(0);
  long.close();
});

test("a key that a program prints line by line is in no event", () => {
  const run = pathsAt(temporaryFolder()).run(1);
  mkdirSync(run.output, { recursive: true });
  const recorder = createRecorder(run, "text", 1e9);
  const [output, errors] = [recorder.reader("output"), recorder.reader("error-output")];
  for (const line of ["before", ...KEY.split("\n"), "after"]) {
    output.push(Buffer.from(`${line}\n`));
    errors.push(Buffer.from("meanwhile\n"));
  }
  recorder.close();
  const said = readFileSync(run.events, "utf8");
  expect(said).not.toContain(LINE.slice(0, 20));
  expect(said.match(/"(before|after|meanwhile)"/g)).toHaveLength(2 + KEY.split("\n").length + 2);
  expect(recorder.tail()).not.toContain(LINE.slice(0, 20));
  expect(readdirSync(run.output)).toEqual([]);
});
