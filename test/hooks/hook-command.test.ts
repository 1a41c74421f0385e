// `ccm hook` as agents start it: the built executable, with and without a run and a host around it.
import { beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { listen } from "../../src/hooks/endpoint.ts";
import { createSpoolReader } from "../../src/hooks/spool.ts";
import { binary } from "../support/binary.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { temporaryFolder } from "../support/folders.ts";
import { waitFor } from "../support/wait.ts";

/** A test starts up to 80 processes, on a machine that may be busy with others. */
setDefaultTimeout(60_000);

const TOKEN = "0123456789abcdef";

let spool: string;
let env: Record<string, string>;
let heard: { event: string; body: unknown }[];
let answer: (event: string) => object | Promise<object>;

beforeEach(() => {
  spool = temporaryFolder("spool");
  heard = [];
  answer = () => ({});
  const endpoint = listen({
    token: TOKEN,
    onHook(event, body) {
      heard.push({ event, body: JSON.parse(Buffer.from(body as Uint8Array).toString()) });
      return answer(event);
    },
  });
  afterThisTest(() => endpoint.close());
  env = { CCM_TASK: "1", CCM_RUN: "1", CCM_RUN_URL: endpoint.url, CCM_RUN_TOKEN: TOKEN, CCM_RUN_SPOOL: spool };
});

type Said = { code: number; out: string; error: string };

/** Starts the hook as an agent does, with this as its input. */
async function hook(event: string, body: unknown, variables = env, stdin?: "ignore"): Promise<Said> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const child = Bun.spawn([binary(), "hook", event], { env: variables, stdin: stdin ?? Buffer.from(text), stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, error };
}

const silent: Said = { code: 0, out: "", error: "" };
const spooled = () => createSpoolReader(spool).read();
const bodies = () => spooled().map((line) => (line.kind === "hook" ? { event: line.event, body: line.body } : line));

describe("outside of a run", () => {
  test.each([
    ["a hook", "PreToolUse", `{"a":1}`],
    ["one that is 300 kB long", "PostToolUse", `"${"x".repeat(300_000)}"`],
    ["nothing", "Stop", ""],
    ["no event's name", "", "{}"],
  ])("%s is read, and nothing is done", async (_, event, body) => {
    expect(await hook(event, body, {})).toEqual(silent);
  });

  test("not even when a spool is left over", async () => {
    expect(await hook("Stop", {}, { CCM_RUN_SPOOL: spool, CCM_RUN_URL: env.CCM_RUN_URL ?? "", CCM_RUN_TOKEN: TOKEN })).toEqual(silent);
    expect([heard, spooled()]).toEqual([[], []]);
  });
});

describe("a hook that is only recorded", () => {
  test("is a line in the spool, and the host is not asked", async () => {
    const before = Date.now();
    expect(await hook("SessionEnd", { source: "startup", cwd: "/tmp/é" })).toEqual(silent);
    expect(heard).toEqual([]);
    const [line] = spooled();
    expect(line).toMatchObject({ kind: "hook", event: "SessionEnd", body: { source: "startup", cwd: "/tmp/é" } });
    const at = line?.kind === "hook" ? line.at : 0;
    expect(at >= before && at <= Date.now()).toBe(true);
  });

  test.each([
    ["300 kB", { tool_response: "x".repeat(300_000) }, { tool_response: "x".repeat(300_000) }],
    ["no JSON", "not\nJSON", "not\nJSON"],
    ["5 MB", `{"x":"${"y".repeat(5_000_000)}"}`, { note: "The body of 5000008 bytes was not kept." }],
    ["17 MB", `{"x":"${"y".repeat(17_000_000)}"}`, { note: "The body of 17000008 bytes was not kept." }],
  ])("of %s", async (_, body, expected) => {
    expect(await hook("PostToolUse", body)).toEqual(silent);
    expect(bodies()).toEqual([{ event: "PostToolUse", body: expected }]);
  });

  test("without any input is a line, too", async () => {
    expect(await hook("SessionEnd", "", env, "ignore")).toEqual(silent);
    expect(bodies()).toEqual([{ event: "SessionEnd", body: "" }]);
  });

  test("eight at once, again and again: no line is torn and none is missing", async () => {
    const [writers, each] = [8, 12];
    const sizes = [10, 1_000, 70_000, 300_000];
    const write = async (writer: number) => {
      for (let i = 0; i < each; i++)
        expect(await hook("PostToolUse", { key: `${writer}.${i}`, x: "y".repeat(sizes[i % 4] ?? 0) })).toEqual(silent);
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    const reader = createSpoolReader(spool);
    const keys: string[] = [];
    for (let lines = reader.read(); lines.length > 0; lines = reader.read())
      keys.push(...lines.map((line) => (line.kind === "hook" ? (line.body as { key: string }).key : "torn")));
    const expected = Array.from({ length: writers * each }, (_, i) => `${Math.floor(i / each)}.${i % each}`);
    expect(keys.sort()).toEqual(expected.sort());
  });
});

describe("a hook that must be answered", () => {
  test.each(["PreToolUse", "PermissionRequest", "UserPromptSubmit", "Stop", "SubagentStop", "BeforeTool", "BeforeAgent", "AfterAgent"])(
    "%s: the host's answer is printed",
    async (event) => {
      answer = () => ({ decision: "block", reason: "não" });
      expect(await hook(event, { a: "é" })).toEqual({ code: 0, out: `{"decision":"block","reason":"não"}\n`, error: "" });
      expect(heard).toEqual([{ event, body: { a: "é" } }]);
      expect(existsSync(join(spool, "hooks.jsonl"))).toBe(false);
    },
  );

  test("nothing is printed when the host has no opinion", async () => {
    expect(await hook("PreToolUse", {})).toEqual(silent);
    expect(heard.length).toBe(1);
  });

  test("is asked of the host itself, whatever proxy a person's agents use", async () => {
    const proxy = "http://127.0.0.1:1";
    answer = () => ({ decision: "block" });
    expect((await hook("Stop", {}, { ...env, HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy })).out).toBe(`{"decision":"block"}\n`);
  });

  test("of 5 MB, with an answer of 5 MB", async () => {
    const x = "y".repeat(5_000_000);
    answer = () => ({ x });
    const said = await hook("PreToolUse", { x });
    expect(said.out === `{"x":"${x}"}\n`).toBe(true);
    expect(JSON.stringify(heard) === JSON.stringify([{ event: "PreToolUse", body: { x } }])).toBe(true);
  });
});

describe("a hook whose host does not answer", () => {
  const recorded = [{ event: "PreToolUse", body: { a: 1 } }];
  const refused: Said = { code: 0, out: expect.stringContaining('"permissionDecision":"deny"'), error: "" };

  test.each([
    ["nobody listens", { CCM_RUN_URL: "http://127.0.0.1:1" }],
    ["it refuses the token", { CCM_RUN_TOKEN: "another" }],
    ["the address is none", { CCM_RUN_URL: "nowhere" }],
    ["there is no address", { CCM_RUN_URL: "" }],
  ])("is recorded, and its call refused, when %s", async (_, wrong) => {
    expect(await hook("PreToolUse", { a: 1 }, { ...env, ...wrong })).toEqual(refused);
    expect(bodies()).toEqual(recorded);
  });

  test("is refused in Gemini's words, too; what is no call goes on", async () => {
    const down = { ...env, CCM_RUN_URL: "http://127.0.0.1:1" };
    expect(JSON.parse((await hook("BeforeTool", {}, down)).out)).toEqual({ decision: "deny", reason: expect.stringMatching(/\.$/) });
    for (const event of ["Stop", "UserPromptSubmit", "PostToolUse"]) expect(await hook(event, {}, down)).toEqual(silent);
  });

  test("is recorded and refused when it hangs, and the agent waits for four seconds", async () => {
    answer = () => new Promise(() => {});
    const start = performance.now();
    expect(await hook("PreToolUse", { a: 1 })).toEqual(refused);
    expect(performance.now() - start).toBeGreaterThan(3_900);
    expect(bodies()).toEqual(recorded);
  });

  test("is recorded when something else listens there", async () => {
    const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: (socket) => void socket.end("hello\r\n\r\n") } });
    afterThisTest(() => other.stop(true));
    expect(await hook("PreToolUse", { a: 1 }, { ...env, CCM_RUN_URL: `http://127.0.0.1:${other.port}` })).toEqual(refused);
    expect(bodies()).toEqual(recorded);
  });

  test("is lost quietly when there is no spool either, or none that can be written", async () => {
    const down = { ...env, CCM_RUN_URL: "http://127.0.0.1:1" };
    expect(await hook("Stop", {}, { ...down, CCM_RUN_SPOOL: join(spool, "gone") })).toEqual(silent);
    expect(await hook("Stop", {}, { ...down, CCM_RUN_SPOOL: "" })).toEqual(silent);
    symlinkSync("/dev/full", join(spool, "hooks.jsonl"));
    expect(await hook("PreToolUse", {}, down)).toEqual(refused);
  });
});

test("an agent that reads slowly gets the whole answer, and one that does not read at all does no harm", async () => {
  answer = () => ({ x: "y".repeat(1_000_000) });
  const child = Bun.spawn(["sh", "-c", `"$0" hook Stop | { sleep 0.2; wc -c; }`, binary()], {
    env: { ...env, PATH: process.env.PATH ?? "" },
    stdin: Buffer.from("{}"),
    stdout: "pipe",
  });
  expect(Number(await child.stdout.text())).toBe(1_000_009);
  const deaf = Bun.spawn(["sh", "-c", `{ "$0" hook Stop; echo $? > "$1"; } | true`, binary(), join(spool, "code")], {
    env: { ...env, PATH: process.env.PATH ?? "" },
    stdin: Buffer.from("{}"),
    stderr: "pipe",
  });
  await deaf.exited;
  expect(await waitFor("the end", () => existsSync(join(spool, "code")) && readFileSync(join(spool, "code"), "utf8"))).toBe("0\n");
  expect(await deaf.stderr.text()).toBe("");
});
