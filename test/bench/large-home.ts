// The full daemon on a home of 100k tasks and 1M events, and what a script asks of its page.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findDaemon } from "../../src/setup/daemon-file.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { seedHome } from "../support/seed-home.ts";
import { clear, place } from "./places.ts";

export const SIZES = { tasks: 100_000, events: 1_000_000 };

export type LargeHome = {
  home: HomeUnderTest;
  pid: number;
  url: string;
  /** With the token of scripts, on a connection that stays. */
  get(path: string): Promise<{ status: number; bytes: number; text: string }>;
  headers: Record<string, string>;
  close(): Promise<void>;
};

export async function openLargeHome(): Promise<LargeHome> {
  const home = openHome("bench");
  place(home.root);
  seedHome(home.paths.home, SIZES).close();
  const started = await home.ccm("start", "--profile", "full");
  const found = findDaemon(home.paths);
  if (found.kind !== "ready" || !found.state.web || "fault" in found.state.web) throw new Error(`The page is not there: ${started.stderr}`);
  const { pid, web } = found.state;
  const headers: Record<string, string> = {};
  return {
    home,
    pid,
    url: web.url,
    headers,
    async get(path) {
      headers.authorization ??= `Bearer ${readFileSync(join(home.paths.home, "token"), "utf8").trim()}`;
      const answer = await fetch(web.url + path, { headers });
      const text = await answer.text();
      return { status: answer.status, bytes: Buffer.byteLength(text), text };
    },
    close: () => clear(home.root),
  };
}
