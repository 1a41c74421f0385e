// The API without a server: requests of a script go straight to the app, and every answer is held against its schema.
import { expect } from "bun:test";
import * as v from "valibot";
import type { Ctx } from "../../src/kernel/context.ts";
import { newestEvents } from "../../src/kernel/events.ts";
import type { Operation } from "../../src/kernel/operation.ts";
import { allOperations } from "../../src/modules.ts";
import { createApp } from "../../src/web/app.ts";
import type { Visitor } from "../../src/web/schema.ts";
import { afterThisTest } from "./clean-up.ts";

export type Answered = { status: number; body: Record<string, unknown>; headers: Headers };

export type TestApi = {
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  /** A body that is a text goes out as it is. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  send(request: Request, visitor?: Visitor): Promise<Answered>;
  /** The items of all pages of a list. */
  all(path: string): Promise<Record<string, unknown>[]>;
  /** The events since the last time this was asked: names, and who they say did it. */
  news(): { name: string; by: unknown }[];
};

const ORIGIN = "http://127.0.0.1:8765";
const SCRIPT = { kind: "script", by: "api", stays: () => true } satisfies Visitor;

/** `more` are operations of the test's own. */
export async function openApi(ctx: Ctx, more: readonly Operation[] = []): Promise<TestApi> {
  const operations = [...(await allOperations()), ...more].map(checked);
  const app = createApp(ctx, [{ operations }]);
  afterThisTest(() => app.stop());
  let seq = newestEvents(ctx.db, { limit: 1 })[0]?.seq ?? 0;
  const api: TestApi = {
    get: (path, headers = {}) => api.send(new Request(`${ORIGIN}/api/v1${path}`, { headers })),
    post: (path, body, headers = {}) =>
      api.send(
        new Request(`${ORIGIN}/api/v1${path}`, {
          method: "POST",
          headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
      ),
    async send(request, visitor = SCRIPT) {
      const answer = await app.answer(request, visitor);
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? {} : JSON.parse(text), headers: answer.headers };
    },
    async all(path) {
      const items: Record<string, unknown>[] = [];
      for (let cursor = ""; ; ) {
        const { status, body } = await api.get(`${path}${cursor}`);
        expect(status).toBe(200);
        items.push(...(body.items as Record<string, unknown>[]));
        if (body.next === null) return items;
        cursor = `${path.includes("?") ? "&" : "?"}cursor=${body.next}`;
      }
    },
    news() {
      const events = newestEvents(ctx.db, { limit: 100 }).filter((event) => event.seq > seq);
      seq = events.at(-1)?.seq ?? seq;
      return events.map(({ name, data }) => ({ name, by: data.by }));
    },
  };
  return api;
}

/** What a caller gets is what the schema of the answer says, to the last field. */
function checked(operation: Operation): Operation {
  const check = (answer: unknown) => {
    v.parse(operation.answer, JSON.parse(JSON.stringify(answer)));
    return answer;
  };
  const run = (...asked: unknown[]) => {
    const answer = (operation.run as (...all: unknown[]) => unknown)(...asked);
    return answer instanceof Promise ? answer.then(check) : check(answer);
  };
  return { ...operation, run } as Operation;
}
