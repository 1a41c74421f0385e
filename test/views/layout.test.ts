// What is around every page: what a browser loads and when, where one can go, and what only scripts can do.
import { describe, expect, test } from "bun:test";
import { errorPage, type LayoutProps, layout } from "../../views/layout.tsx";

const HOSTILE = `"><script>alert(1)</script>`;
const PROPS: LayoutProps = {
  css: "/assets/ccm.css?v=1",
  early: "/assets/theme.js?v=1",
  scripts: ["/assets/ccm.js?v=1"],
  icon: "/assets/icon.svg?v=1",
  csrf: "secret",
  needs: 2,
  area: "tasks",
  title: "Tasks",
  name: "tasks",
  live: "/live?page=%2Ftasks",
  sections: ['<section id="one"></section>', '<section id="two"></section>'],
};

describe("the page around a page", async () => {
  const html = await layout(PROPS);

  test("knows its colours before it is drawn, and waits for no other script", () => {
    const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    expect(scripts).toEqual(['<script src="/assets/theme.js?v=1">', '<script src="/assets/ccm.js?v=1" defer>']);
    expect(html.indexOf("theme.js")).toBeLessThan(html.indexOf("ccm.css"));
  });

  test("begins with the way past the navigation", () => {
    expect(html).toMatch(/<body><a class="skip" href="#main">[^<]+<\/a>/);
    expect(html).toContain('<main id="main" class="tasks" tabindex="-1">');
  });

  test("says in the navigation where one is, and how much needs somebody", () => {
    const links = [...html.matchAll(/<a href="(\/\w*)"( aria-current="page")?>/g)].map(([, path, current]) => [
      path,
      current !== undefined,
    ]);
    expect(links).toEqual([
      ["/", false],
      ["/tasks", true],
      ["/approvals", false],
      ["/agents", false],
      ["/projects", false],
      ["/health", false],
    ]);
    expect(html).toMatch(/<span id="nav-needs"[^>]*>2<span class="said"> need you<\/span>/);
  });

  test("has its sections in their order, as they are", () => {
    expect(html).toContain('<section id="one"></section><section id="two"></section></main>');
  });

  test("shows what only scripts can do where there are some", () => {
    expect(html).toMatch(/<fieldset class="themes scripted">/);
    expect(html).toMatch(/<span class="live-sign scripted">/);
  });
});

test("a page that does not change asks for no stream", async () => {
  const html = await layout({ ...PROPS, live: null });
  expect(html).not.toContain("hx-sse");
  expect(html).not.toContain("live-sign");
});

test("a script that shows the token cannot sign out", async () => {
  expect(await layout(PROPS)).toContain('action="/sign-out"');
  expect(await layout({ ...PROPS, csrf: "" })).not.toContain('action="/sign-out"');
});

test("titles, addresses and faults stay texts", async () => {
  const { sections: _, ...frame } = PROPS;
  const pages = [
    await layout({ ...PROPS, title: HOSTILE, name: HOSTILE, live: HOSTILE, csrf: HOSTILE }),
    await errorPage({ ...frame, fault: { message: HOSTILE, hint: `\`${HOSTILE}\`` } }),
  ];
  for (const page of pages) expect(page).not.toContain('"><script>alert');
});
