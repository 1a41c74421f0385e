// The memory of the daemon with the page: idle, and after 20k pages with 300 live tabs on a database of 1M events.
import { connect, type Socket } from "node:net";
import { waitFor } from "../support/wait.ts";
import { type LargeHome, openLargeHome, SIZES } from "./large-home.ts";
import { memoryOf } from "./measure.ts";
import { mb, type Row, row } from "./row.ts";

const PAGES = 20_000;
const TABS = 300;
const PATHS = ["/", "/tasks", "/approvals", "/agents", "/projects", "/health", "/tasks?view=board"];
/** The start is over, and the memory that it took is given back. */
const SETTLE_MS = 20_000;
const AT_ONCE = 8;

export async function full(): Promise<Row[]> {
  const large = await openLargeHome();
  const tabs: Socket[] = [];
  try {
    await Bun.sleep(SETTLE_MS);
    const idle = memoryOf(large.pid);
    for (let n = 0; n < TABS; n++) tabs.push(await openTab(large, PATHS[n % PATHS.length] as string));
    await Bun.sleep(SETTLE_MS);
    const live = memoryOf(large.pid);
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => askFor(large, worker)));
    await Bun.sleep(SETTLE_MS);
    const after = memoryOf(large.pid);
    const figure = (of: { residentMb: number; privateMb: number }) => `${mb(of.residentMb)}, private ${mb(of.privateMb)}`;
    const beside = `${mb(live.residentMb)} with ${TABS} tabs before the pages; ${SIZES.events / 1e6}M events`;
    return [
      row("daemon (full), idle", "≤ 45 MB resident", figure(idle), `${SIZES.tasks / 1e3}k tasks`, idle.residentMb <= 45),
      row(`the same, after ${PAGES} pages, ${TABS} tabs`, "≤ 65 MB resident", figure(after), beside, after.residentMb <= 65),
    ];
  } finally {
    for (const tab of tabs) tab.destroy();
    await large.close();
  }
}

async function askFor(large: LargeHome, worker: number): Promise<void> {
  for (let n = worker; n < PAGES; n += AT_ONCE) await large.get(PATHS[n % PATHS.length] as string);
}

/** A page and its stream, which is read and thrown away; without the limits that `fetch` has on connections. */
async function openTab(large: LargeHome, path: string): Promise<Socket> {
  const page = await large.get(path);
  const address = /hx-sse:connect="([^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&");
  const { hostname, port } = new URL(large.url);
  let isOpen = false;
  const socket = connect(Number(port), hostname, () => {
    socket.write(`GET ${address} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: ${large.headers.authorization}\r\n\r\n`);
  });
  socket.on("data", (bytes) => {
    isOpen ||= bytes.toString("latin1").startsWith("HTTP/1.1 200");
  });
  await waitFor("a stream", () => isOpen);
  return socket;
}
