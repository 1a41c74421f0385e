// What is wrong with a page for somebody: by axe-core's rules, and by the width of the screen.
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const AXE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");
/** WCAG 2.2 to AA, and what axe's authors call best practice. */
const RULES = { rules: { "target-size": { enabled: true } } };
/** What differs between two looks of one page: the rest of it is the same markup. */
const OF_COLOURS = { runOnly: ["color-contrast", "link-in-text-block"] };
const OF_WIDTH = { runOnly: ["color-contrast", "target-size"] };
const OPTIONS = { everything: RULES, colours: OF_COLOURS, width: OF_WIDTH };
const SERIOUS = new Set(["serious", "critical"]);

/** Serious and critical violations of accessibility, a line each with the first places of each rule. */
export async function seriousFlaws(page: Page, of: keyof typeof OPTIONS): Promise<string[]> {
  await page.evaluate(SETTLE);
  if (!(await page.evaluate(`"axe" in window`))) await page.evaluate(AXE);
  const options = { resultTypes: ["violations"], ...OPTIONS[of] };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations
    .filter(({ impact }) => SERIOUS.has(impact ?? ""))
    .map(({ id, help, nodes }) => {
      const places = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? node.failureSummary})`);
      return `${id}: ${help}, ${nodes.length} times: ${places.join("; ")}`;
    });
}

/** Colours fade into each other; those in between are nobody's. */
const SETTLE = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() =>
  Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 10000).map((one) => one.finished)))`;

/** Elements that stick out of the screen to the right, when that makes the whole page scroll sideways. */
export async function sidewaysFlaws(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > width + 1);
    return wide.slice(0, 5).map((element) => element.tagName.toLowerCase() + "." + element.className + " reaches " + element.getBoundingClientRect().right);
  })()`);
}

/** What a page should have once: a heading of the first rank, a main part, a name, a language. */
export async function outlineFlaws(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const count = (what) => document.querySelectorAll(what).length;
    return [
      count("h1") === 1 ? "" : count("h1") + " headings of the first rank",
      count("main") === 1 ? "" : count("main") + " main parts",
      /^\\S.* · ccm$/.test(document.title) ? "" : "titled " + document.title,
      document.documentElement.lang ? "" : "no language",
      [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, nth, all) => all.indexOf(id) !== nth).map((id) => "two elements #" + id).join(", "),
    ].filter(Boolean);
  })()`);
}
