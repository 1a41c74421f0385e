// A daemon of the built executable with its page, and the proofs that open it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { waitFor } from "../support/wait.ts";

export type WebSite = {
  home: HomeUnderTest;
  port: number;
  /** As browsers write it into Host. */
  host: string;
  url: string;
  /** The token of scripts. */
  token: string;
  /** The name and value of a session's cookie. */
  cookie: string;
  /** The secret of a new sign-in link. */
  link(): Promise<string>;
};

/** Variables of the daemon, and the text of its configuration. */
type Settings = { env?: Record<string, string>; config?: string };

/** A home with a daemon and one signed-in session. `home.remove()` ends it. */
export async function openWebSite(purpose: string, settings: Settings = {}): Promise<WebSite> {
  const home = openHome(purpose);
  try {
    return await furnishWeb(home, settings);
  } catch (thrown) {
    await home.remove();
    throw thrown;
  }
}

async function furnishWeb(home: HomeUnderTest, { env = {}, config = "" }: Settings): Promise<WebSite> {
  await home.json("init", "--yes");
  writeFileSync(home.paths.config, config);
  await home.startDaemon(env);
  const said = await pageUrl(home);
  const port = Number(new URL(said).port || env.CCM_WEB_PORT);
  const url = `http://127.0.0.1:${port}`;
  const link = async () => new URL((await home.json<{ url: string }>("open")).url).searchParams.get("link") ?? "";
  const answer = await fetch(`${url}/sign-in`, { method: "POST", body: new URLSearchParams({ link: await link() }), redirect: "manual" });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const token = readFileSync(join(home.paths.home, "token"), "utf8").trim();
  return { home, port, host: `127.0.0.1:${port}`, url, token, cookie, link };
}

/** Where the daemon says that its page is. */
export function pageUrl(home: HomeUnderTest): Promise<string> {
  return waitFor("the page", async () => (await home.json<{ daemon: { web?: { url?: string } } }>("status")).daemon.web?.url);
}
