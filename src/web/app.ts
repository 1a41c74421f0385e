// The Elysia app: every room's pages, forms and operations, the live stream and the assets.
import { html } from "@elysiajs/html";
import { Elysia } from "elysia";
import type { Ctx } from "../kernel/context.ts";
import type { FormRoute, PageRoute, Routes } from "../kernel/page.ts";
import { dressed } from "./answers.ts";
import { createApi } from "./api.ts";
import { findAsset } from "./assets.ts";
import { answerForm } from "./forms.ts";
import { createLive } from "./live.ts";
import { answerNotFound, answerPage, askedOf, type Shown } from "./pages.ts";
import { createSaid } from "./said.ts";
import type { Visitor } from "./schema.ts";
import type { Site } from "./site.ts";
import { createSweep } from "./sweep.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Answers a request that was let in. */
export type App = { answer(request: Request, visitor: Visitor): Promise<Response>; stop(): void };

/** What Elysia gives an answer that this app asks of it; a path without parameters has none. */
type Got = { params?: Record<string, string>; request: Request; set: { status?: number | string } };
type VisitorOf = (request: Request) => Visitor;

export function createApp(ctx: Ctx, routes: readonly Routes[]): App {
  const site: Site = { ctx, pages: routes.flatMap((room) => room.pages ?? []).map(withoutSecrets), said: createSaid(ctx.clock.elapsed) };
  const visitors = new WeakMap<Request, Visitor>();
  const visitorOf: VisitorOf = (request) => visitors.get(request) as Visitor;
  const live = createLive(site);
  const sweep = createSweep(ctx);
  const app = new Elysia();
  // Elysia would tell the browser what was thrown; whoever asks for the answer is to hear of it instead.
  const thrown = new WeakMap<Request, unknown>();
  app.onError(({ error, request }) => {
    thrown.set(request, error);
    return new Response(null, { status: 500 });
  });
  app.use(html());
  for (const page of site.pages) addPage(app, site, page, visitorOf);
  for (const form of routes.flatMap((room) => room.forms ?? [])) addForm(app, site, form, visitorOf);
  const api = createApi(
    ctx,
    routes.flatMap((room) => room.operations ?? []),
  );
  app.all("/api/*", ({ request }: Got) => api(request, visitorOf(request)), { parse: "none" });
  app.get("/live", ({ request }) => live.open(request, visitorOf(request)));
  app.get("/assets/:name", ({ params }) => findAsset(params?.name ?? "") ?? new Response("There is no such file.\n", { status: 404 }));
  app.all("*", async ({ request, set }: Got) => shown(await answerNotFound(site, request, visitorOf(request)), set));
  return {
    async answer(request, visitor) {
      sweep.used();
      visitors.set(request, visitor);
      const answered = await app.handle(request);
      if (thrown.has(request)) throw thrown.get(request);
      return dressed(answered);
    },
    stop() {
      live.stop();
      sweep.stop();
    },
  };
}

function addPage(app: Elysia, site: Site, page: PageRoute, visitorOf: VisitorOf): void {
  app.get(page.path, async ({ params = {}, request, set }: Got) =>
    shown(await answerPage(site, page, askedOf(request, params, visitorOf(request)), request), set),
  );
}

function addForm(app: Elysia, site: Site, form: FormRoute, visitorOf: VisitorOf): void {
  const answer = async ({ params = {}, request, set }: Got) => {
    const outcome = await answerForm(site, form, askedOf(request, params, visitorOf(request)), request);
    return outcome instanceof Response ? outcome : shown(outcome, set);
  };
  app.post(form.path, answer, { parse: "none" });
}

/** The html plugin knows by the markup itself that it is a page. */
function shown({ status, markup }: Shown, set: Got["set"]): string {
  set.status = status;
  return markup;
}
