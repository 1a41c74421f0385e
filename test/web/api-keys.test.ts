// Writes with an idempotency key: done once, whatever is sent again and whenever the daemon died.
import { expect, test } from "bun:test";
import * as v from "valibot";
import type { Ctx } from "../../src/kernel/context.ts";
import { writeOperation } from "../../src/kernel/operation.ts";
import { countTasks } from "../../src/tasks/actions.ts";
import { openApi, type TestApi } from "../support/api.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";

const HOUR_MS = 60 * 60_000;
const TASK = { title: "Greet politely", prompt: "Say please." };

async function openSample(): Promise<{ home: CommandHome; api: TestApi }> {
  const home = openCommandHome();
  const api = await openApi(home.ctx);
  await api.post("/projects", { path: home.repository.path, name: "sample", agent: "demo" });
  return { home, api };
}

const keyed = (key: string) => ({ "idempotency-key": key });

test("the same request with the same key is done once and answered as before, with and without quotes", async () => {
  const { home, api } = await openSample();
  const first = await api.post("/tasks", TASK, keyed('"one"'));
  await api.post("/tasks/1/pause");
  const again = await api.post("/tasks", TASK, keyed("one"));
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect(countTasks(home.ctx, {})).toBe(1);
  await api.post("/tasks", TASK, keyed("two"));
  await api.post("/tasks", TASK);
  expect(countTasks(home.ctx, {})).toBe(3);
});

test("another daemon on the same home knows the key", async () => {
  const { home, api } = await openSample();
  await api.post("/tasks", TASK, keyed("one"));
  const other = await openApi({ ...home.ctx });
  expect((await other.post("/tasks", TASK, keyed("one"))).body).toMatchObject({ id: 1 });
  expect(countTasks(home.ctx, {})).toBe(1);
});

test("a key that was used for another request is refused: another body, another task, another verb", async () => {
  const { api } = await openSample();
  await api.post("/tasks", TASK, keyed("one"));
  await api.post("/tasks/1/pause", undefined, keyed("two"));
  expect(await api.post("/tasks", { ...TASK, title: "Other" }, keyed("one"))).toMatchObject({
    status: 422,
    body: { error: { code: "invalid" } },
  });
  expect((await api.post("/tasks/1/resume", undefined, keyed("two"))).status).toBe(422);
  expect((await api.post("/tasks/1/pause", undefined, keyed("two"))).body).toMatchObject({ state: "paused" });
});

test("what was refused leaves no key: when it can be done, the same request is", async () => {
  const { api } = await openSample();
  await api.post("/tasks", TASK);
  expect((await api.post("/tasks/1/resume", undefined, keyed("one"))).status).toBe(409);
  await api.post("/tasks/1/pause");
  expect((await api.post("/tasks/1/resume", undefined, keyed("one"))).body).toMatchObject({ state: "queued" });
});

test("a key is kept for a day, and no longer", async () => {
  const { home, api } = await openSample();
  await api.post("/tasks", TASK, keyed("one"));
  home.clock.jump(23 * HOUR_MS);
  expect((await api.post("/tasks", TASK, keyed("one"))).body).toMatchObject({ id: 1 });
  home.clock.jump(2 * HOUR_MS);
  expect((await api.post("/tasks", TASK, keyed("one"))).body).toMatchObject({ id: 2 });
  await api.post("/tasks", TASK, keyed("two"));
  const kept = home.ctx.db.sql.query<{ count: number }, []>("SELECT count(*) AS count FROM idempotency_keys").get();
  expect(kept?.count).toBe(2);
});

test.each(["", '""', "two words", "é", "x".repeat(256)])("the key %j is refused", async (key) => {
  const { api } = await openSample();
  expect((await api.post("/tasks", TASK, keyed(key))).status).toBe(422);
});

/** An operation that asks something before it writes, and counts how often it has written. */
function slowWrite(ctx: Ctx) {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let written = 0;
  const operation = writeOperation({
    path: "/slow",
    name: "slow",
    summary: "",
    answer: v.number(),
    async prepare() {
      asked.resolve();
      await gate.promise;
    },
    run() {
      ctx.db.transact(() => ctx.db.sql.run("INSERT INTO sign_in_links VALUES (?, 0)", [String(++written)]));
      if (written === 1) throw new Error("killed between the write and its answer");
      return written;
    },
  });
  return { operation, asked: asked.promise, open: () => gate.resolve() };
}

test("the same key twice at once: the second is refused while the first is being worked on", async () => {
  const { ctx } = openCommandHome();
  const { operation, asked, open } = slowWrite(ctx);
  const api = await openApi(ctx, [operation]);
  const first = api.post("/slow", undefined, keyed("one"));
  await asked;
  expect(await api.post("/slow", undefined, keyed("one"))).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
  open();
  expect((await first).status).toBe(500);
});

test("what was written without its answer is taken back: the write and its key are one transaction", async () => {
  const { ctx } = openCommandHome();
  const { operation, open } = slowWrite(ctx);
  const api = await openApi(ctx, [operation]);
  open();
  const count = () => ctx.db.sql.query<{ count: number }, []>("SELECT count(*) AS count FROM sign_in_links").get()?.count;
  expect((await api.post("/slow", undefined, keyed("one"))).status).toBe(500);
  expect(count()).toBe(0);
  expect((await api.post("/slow", undefined, keyed("one"))).body as unknown).toBe(2);
  expect((await api.post("/slow", undefined, keyed("one"))).body as unknown).toBe(2);
  expect(count()).toBe(1);
});
