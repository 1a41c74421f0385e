// Makes the README's picture from the real page: `bun test/browser/picture.ts`, with Claude Code and Chromium at hand.
import { statSync } from "node:fs";
import { join } from "node:path";
import { launchChromium } from "./chromium.ts";
import { openWorkingHome } from "./working-home.ts";

const PICTURE = join(import.meta.dir, "../../.github/dashboard.png");
/** What a README may make everybody load, in bytes. */
const MOST_BYTES = 300_000;
/** A common screen; sharp where GitHub shows it half as wide on two points a pixel. */
const LOOK = { viewport: { width: 1_440, height: 960 }, deviceScaleFactor: 1.4, colorScheme: "dark" } as const;

const { home, remove } = await openWorkingHome();
try {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage(LOOK);
    const { url } = await home.json<{ url: string }>("open", "--print");
    await page.goto(url);
    await page.waitForURL(`${new URL(url).origin}/`);
    await page.locator("html[data-live=on]").waitFor();
    await page.screenshot({ path: PICTURE, animations: "disabled" });
  } finally {
    await browser.close();
  }
} finally {
  await remove();
}
const { size } = statSync(PICTURE);
if (size > MOST_BYTES) throw new Error(`${PICTURE} has ${size} bytes, at most ${MOST_BYTES}.`);
console.log(`${PICTURE} ${Math.round(size / 1_000)} kB`);
