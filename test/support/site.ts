// The page without a server: requests of a signed-in browser go straight to the app, on the context of a test.
import { expect } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Ctx } from "../../src/kernel/context.ts";
import { newestEvents } from "../../src/kernel/events.ts";
import { allRoutes } from "../../src/modules.ts";
import { createApp } from "../../src/web/app.ts";
import type { BrowserVisitor } from "../../src/web/schema.ts";
import { afterThisTest } from "./clean-up.ts";

/**
 * What a request was answered with. `to` is where it leads on; `main` the page without what is around every page; `reasons`
 * what is said beside the fields of a form that was refused, by the ids of the fields.
 */
export type Answered = { status: number; to: string | null; html: string; main: string; reasons: Record<string, string> };

export type TestSite = {
  get(path: string): Promise<Answered>;
  /** Sends a form as a browser without scripts does; a list is a field that comes several times. */
  post(path: string, fields?: Record<string, string | readonly string[]>): Promise<Answered>;
  /** The names of the events since the last time this was asked. */
  news(): string[];
};

const ORIGIN = "http://127.0.0.1:8765";
const CSRF = "csrf-of-the-test";

export async function openSite(ctx: Ctx): Promise<TestSite> {
  const app = createApp(ctx, await allRoutes());
  afterThisTest(() => app.stop());
  const visitor: BrowserVisitor = { kind: "browser", csrf: CSRF, by: "ada", session: 1, stays: () => true };
  let seq = newestEvents(ctx.db, { limit: 1 })[0]?.seq ?? 0;
  const answered = async (request: Request): Promise<Answered> => {
    const answer = await app.answer(request, visitor);
    const html = await answer.text();
    const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? "";
    return { status: answer.status, to: answer.headers.get("location"), html, main, reasons: reasonsIn(main) };
  };
  return {
    get: (path) => answered(new Request(`${ORIGIN}${path}`)),
    post(path, fields = {}) {
      const body = new URLSearchParams({ csrf: CSRF });
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
      return answered(new Request(`${ORIGIN}${path}`, { method: "POST", body }));
    },
    news() {
      const events = newestEvents(ctx.db, { limit: 100 }).filter((event) => event.seq > seq);
      seq = events.at(-1)?.seq ?? seq;
      return events.map(({ name }) => name);
    },
  };
}

function reasonsIn(main: string): Record<string, string> {
  const found = main.matchAll(/id="([\w-]+)-reason">.*?<span>([^<]*)<\/span>/gs);
  return Object.fromEntries([...found].map(([, id, text]) => [id ?? "", plain(text ?? "")]));
}

/** Escaped text as it was. */
export function plain(html: string): string {
  const marks: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'", amp: "&" };
  return html.replace(/&([#\w]+);/g, (whole, name) => marks[name] ?? whole);
}

const GOLDEN = join(import.meta.dir, "../golden");

/** Compares markup with `test/golden/<name>.html`, a tag a line; UPDATE_GOLDEN=1 writes it instead, to be looked at. */
export function expectGoldenHtml(name: string, html: string): void {
  const file = join(GOLDEN, `${name}.html`);
  const text = `${html.replace(/>\s*</g, ">\n<").trim()}\n`;
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : `There is no ${file}; UPDATE_GOLDEN=1 writes it.`).toBe(text);
}
