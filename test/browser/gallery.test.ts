// The gallery looks as it did: every part of the page, dark and light, wide and on a phone. `UPDATE_GOLDEN=1` takes new pictures.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { routes } from "../../src/web/gallery-routes.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { testWith } from "../support/programs.ts";
import { openLiveSite } from "../web/live-site.ts";
import { launchChromium } from "./chromium.ts";
import { LOOKS, type LookName } from "./looks.ts";

const PICTURES = join(import.meta.dir, "../golden/gallery");
const SHOWN: readonly LookName[] = ["wide-dark", "wide-light", "phone-dark", "phone-light"];
/** Times on the page count from here, a day after those of the gallery's samples. */
const NOW = new Date("2026-11-22T12:00:00Z");
/** Part of the pixels that may differ: a letter's edge, not a letter. */
const MAY_DIFFER = 0.0005;
/** Points a pixel: layout, colours and shapes are in a small picture, too, and four large ones take 8 MB. */
const SCALE = 0.4;
/** Without filters a page, which is mostly of one colour, takes a third. */
const SMALL = { colorType: 2, deflateLevel: 9, filterType: 0, deflateStrategy: 0 } as const;
/** A picture of the whole gallery takes seconds, on a machine that is busy with other things minutes. */
const SLOW_MS = 5 * 60_000;

let browser: Browser | undefined;
beforeAll(async () => {
  if (Bun.which("chromium")) browser = await launchChromium();
}, SLOW_MS);
afterAll(() => browser?.close());

describe("the gallery", () => {
  for (const look of SHOWN) {
    testWith("chromium")(
      `fits its window and breaks nothing: ${look}`,
      async () => {
        const { page, broken } = await open(look);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        expect(await page.locator("main > *").count()).toBeGreaterThan(20);
        expect(broken).toEqual([]);
      },
      SLOW_MS,
    );
  }

  // Letters look different with other fonts and in another browser: then there is nothing to compare with.
  test.skipIf(surroundings() !== surroundingsThen()).each([...SHOWN])(
    `looks as it did, with ${surroundings()}: %s`,
    async (look) => {
      const { page } = await open(look);
      const taken = await take(page);
      const file = join(PICTURES, `${look}.png`);
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, PNG.sync.write(PNG.sync.read(taken), SMALL));
      const { differing, picture } = compare(PNG.sync.read(readFileSync(file)), PNG.sync.read(taken));
      const shown = join(tmpdir(), `ccm-gallery-${look}.png`);
      if (differing > MAY_DIFFER) writeFileSync(shown, PNG.sync.write(picture));
      expect({ differing: differing > MAY_DIFFER ? `${(differing * 100).toFixed(2)} % of the pixels, see ${shown}` : "nothing" }).toEqual({
        differing: "nothing",
      });
    },
    SLOW_MS,
  );
});

async function open(look: LookName): Promise<{ page: Page; broken: string[] }> {
  const site = openLiveSite(routes);
  const context = await (browser as Browser).newContext({ ...LOOKS[look], deviceScaleFactor: SCALE });
  afterThisTest(() => context.close());
  const page = await context.newPage();
  const broken: string[] = [];
  page.on("console", (message) => broken.push(message.text()));
  page.on("pageerror", (error) => broken.push(String(error)));
  await page.clock.setFixedTime(NOW);
  await page.goto(`${site.url}/_gallery`);
  await page.evaluate("document.fonts.ready");
  return { page, broken };
}

/** The whole page in one window: a picture of more than the window would be laid out anew while it is taken. */
async function take(page: Page): Promise<Buffer> {
  const width = page.viewportSize()?.width ?? 0;
  const height = Number(await page.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)"));
  await page.setViewportSize({ width, height });
  return await page.screenshot({ animations: "disabled", timeout: SLOW_MS });
}

function compare(before: PNG, now: PNG): { differing: number; picture: PNG } {
  const { width, height } = before;
  const picture = new PNG({ width, height });
  if (now.width !== width || now.height !== height) return { differing: 1, picture: now };
  const pixels = pixelmatch(before.data, now.data, picture.data, width, height, { threshold: 0.1 });
  return { differing: pixels / (width * height), picture };
}

/** What the look of letters depends on. */
function surroundings(): string {
  const version = Bun.which("chromium") ? said("chromium", "--version", "--no-sandbox").replace(/^.*?(\d+)\..*$/s, "$1") : "no";
  const fonts = Bun.which("fc-list") ? said("fc-list", ":", "family", "style").split("\n").sort().join("\n") : "unknown";
  return `Chromium ${version} and fonts ${Bun.hash(fonts).toString(36)}`;
}

function surroundingsThen(): string {
  const file = join(PICTURES, "made-with.txt");
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(file, `${surroundings()}\n`);
  }
  return readFileSync(file, "utf8").trim();
}

function said(...words: string[]): string {
  return Bun.spawnSync(words, { stderr: "ignore", stdin: "ignore" }).stdout.toString();
}
