// What was not foreseen: the browser gets a page or JSON that tells nothing, the log gets the place, and the next request goes on.
import { expect, test } from "bun:test";
import type { Ctx } from "../../src/kernel/context.ts";
import { realIds } from "../../src/kernel/ids.ts";
import type { Routes } from "../../src/kernel/page.ts";
import type { WebAddress } from "../../src/setup/schema.ts";
import { startWeb } from "../../src/web/server.ts";
import { tokenOf } from "../../src/web/token.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { openCommandHome } from "../support/command-home.ts";

type Line = { message: string; fields?: Record<string, unknown> | undefined };

/** A server of this process with one page that breaks, and what its log says. `loads` breaks that many loads of the app. */
function serveBroken(loads = 0): { url: string; log: Line[]; ask(path: string): Promise<Response> } {
  const log: Line[] = [];
  const note = (message: string, fields?: Record<string, unknown>) => void log.push({ message, fields });
  const home = openCommandHome();
  const config = { ...home.ctx.config, web: { ...home.ctx.config.web, port: 0 } };
  const ctx: Ctx = { ...home.ctx, config, ids: realIds, log: { debug: note, info: note, warn: note, error: note } };
  let address: WebAddress | undefined;
  let left = loads;
  const broken = () => {
    throw new Error("the inside of the house");
  };
  const page = { title: "Well", name: "well", sections: [{ kind: "still" as const, id: "well", html: () => '<p id="well">Well</p>' }] };
  const routes: Routes = {
    pages: [
      { path: "/broken", area: "home", show: broken },
      { path: "/half-broken", area: "home", show: () => ({ ...page, sections: [{ kind: "still", id: "half", html: broken }] }) },
      { path: "/well", area: "home", show: () => page },
    ],
  };
  const web = startWeb(ctx, {
    routes: async () => (left-- > 0 ? broken() : [routes]),
    tell: (where) => {
      address = where;
    },
    wake() {},
  });
  afterThisTest(() => web.stop());
  const url = address && "url" in address ? address.url : "";
  return {
    url,
    log,
    ask: (path) => fetch(url + path, { headers: { authorization: `Bearer ${tokenOf(home.paths)}`, accept: "text/html" } }),
  };
}

test.each(["/broken", "/half-broken"])("a page that breaks, at %s", async (path) => {
  const site = serveBroken();
  const answer = await site.ask(path);
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(text).toContain("This is a bug in ccm.");
  expect(text).not.toMatch(/inside of the house|at .*:\d+:\d+|\.ts/);
  expect(answer.headers.get("content-security-policy")).toStartWith("default-src 'none'");
  expect(JSON.stringify(site.log)).toMatch(/inside of the house.*door-bugs\.test\.ts/);
  expect((await site.ask("/well")).status).toBe(200);
});

test("an app that could not be loaded is loaded with the next request", async () => {
  const site = serveBroken(1);
  expect((await site.ask("/well")).status).toBe(500);
  expect((await site.ask("/well")).status).toBe(200);
});
