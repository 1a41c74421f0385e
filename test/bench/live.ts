// From what an agent prints to the page: how late ten agents at ten events a second are seen in a browser.
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { liveRuns } from "../../src/agents/actions.ts";
import { launchChromium } from "../browser/chromium.ts";
import { waitFor } from "../support/wait.ts";
import { counting } from "./counter.ts";
import { openBenchHome } from "./home.ts";
import { cpuSoFar } from "./measure.ts";
import { ms, type Row, row } from "./row.ts";

const AGENTS = 10;
const MEASURE_MS = 15_000;
const DEADLINE_MS = 60_000;
/** Rows that show the time at which an agent printed them; each is seen when the browser has it in the page. */
const WATCH = `
  window.delays = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) {
      const printed = /(\\d{13})/.exec(node.textContent ?? "")?.[1];
      if (printed) window.delays.push(Date.now() - Number(printed));
    }
  }).observe(document.querySelector("main"), { childList: true, subtree: true });`;

export async function live(): Promise<Row[]> {
  if (!Bun.which("chromium")) return [row("event → page", "p99 ≤ 150 ms", "not measured", "there is no chromium", null)];
  const bench = await openBenchHome();
  const browser = await launchChromium();
  try {
    writeFileSync(bench.home.paths.config, JSON.stringify({ agents: counting(AGENTS * MEASURE_MS) }));
    const daemon = await bench.start("full");
    const tasks: number[] = [];
    for (let i = 0; i < AGENTS; i++)
      tasks.push(
        (await bench.home.json<{ id: number }>("create-task", "--title", `Count ${i}`, "--prompt", "Count.", "--agent", "counter")).id,
      );
    await waitFor("the agents", () => liveRuns(bench.ctx).filter(({ state }) => state === "running").length === AGENTS, DEADLINE_MS);
    const page = await browser.newPage();
    await signIn(page, bench.home);
    await page.goto(`${new URL(page.url()).origin}/tasks/${tasks[0]}/log`);
    await page.waitForSelector("html[data-live=on]");
    await page.evaluate(WATCH);
    const used = cpuSoFar(daemon);
    await Bun.sleep(MEASURE_MS);
    const cpu = (cpuSoFar(daemon) - used) / MEASURE_MS;
    const delays = ((await page.evaluate("window.delays")) as number[]).sort((a, b) => a - b);
    const at = (part: number) => delays[Math.floor(delays.length * part)] ?? Number.NaN;
    const beside = `median ${ms(at(0.5))} of ${delays.length} in Chromium; the daemon took ${(cpu * 100).toFixed(1)} % of a core`;
    return [row(`event → page (${AGENTS} agents, 10 events/s each)`, "p99 ≤ 150 ms", `p99 ${ms(at(0.99))}`, beside, at(0.99) <= 150)];
  } finally {
    await browser.close();
    await bench.close();
  }
}

async function signIn(page: Page, home: { json<T>(...words: string[]): Promise<T> }): Promise<void> {
  const { url } = await home.json<{ url: string }>("open", "--print");
  await page.goto(url);
  await page.waitForURL(`${new URL(url).origin}/`);
}
