// The page in a real browser, on the built executable: one browser and one home a file, a new session of its own a tab.
import { afterAll, beforeAll, expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { binary } from "../support/binary.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { furnish } from "../support/home-with-project.ts";
import { hasProgram, testWith } from "../support/programs.ts";
import { launchChromium } from "./chromium.ts";
import { LOOKS, type Look, type LookName } from "./looks.ts";
import { type Watch, watch } from "./watch.ts";

/** Building the executable, starting a browser and a daemon, on a loaded machine. */
const START_MS = 180_000;
/** A whole way through the page, on a loaded machine. */
const TEST_MS = 60_000;
/** What does not come within this is broken. */
const PATIENCE_MS = 15_000;

export type Tab = Watch & { page: Page; context: BrowserContext; hasScripts: boolean };

/** What the tests of a file look at. */
export type Site = {
  readonly home: HomeUnderTest;
  /** The folder of the registered repository, or of one that waits to be registered. */
  readonly repo: string;
  /** Where the page is: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** A tab of the person who is signed in, on that path. */
  open(look: LookName | Look, path?: string): Promise<Tab>;
  /** A tab of a person who has not signed in yet. */
  stranger(look: LookName | Look): Promise<Tab>;
  /** A second tab of the same person. */
  beside(tab: Tab, path: string): Promise<Tab>;
  /** Starts the daemon again at the same address. */
  startAgain(): Promise<void>;
};

/** `session` is what a browser keeps of its sign-in. */
type State = { browser: Browser; home: HomeUnderTest; repo: string; url: string; session: Session; tabs: Tab[] };
type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;
/** Makes the home before its daemon starts, and gives the folder of its repository. */
type Furnish = (home: HomeUnderTest) => Promise<string>;

let state: State | undefined;

/** Call it once at the top of a file. Unless it is said otherwise the home has a project on a small repository, and nothing to approve. */
export function useSite(furnishIt: Furnish = furnish): Site {
  beforeAll(async () => {
    if (!hasProgram("chromium")) return;
    binary();
    const home = openHome("browser");
    state = { browser: await launchChromium(), home, repo: "", url: "", session: { cookies: [], origins: [] }, tabs: [] };
    state.repo = await furnishIt(home);
    await home.startDaemon();
    state.url = new URL(await signInLink(home)).origin;
    const first = await SITE.stranger("wide-dark");
    await signIn(first);
    state.session = await first.context.storageState();
    await Promise.all(state.tabs.splice(0).map(({ context }) => context.close()));
  }, START_MS);
  afterAll(async () => {
    await state?.browser.close();
    await state?.home.remove();
    state = undefined;
  }, START_MS);
  return SITE;
}

/** A test that fails, too, when anything went wrong in one of its tabs that nobody looked for. */
export function browserTest(name: string, body: () => Promise<void>): void {
  const looked = async () => {
    const { tabs } = opened();
    try {
      await body();
      expect(tabs.flatMap((tab) => tab.troubles())).toEqual([]);
    } catch (thrown) {
      for (const tab of tabs) console.error(await describeTab(tab));
      console.error(daemonLog());
      throw thrown;
    } finally {
      await Promise.all(tabs.splice(0).map((tab) => tab.context.close()));
    }
  };
  testWith("chromium")(name, looked, TEST_MS);
}

/** A link that signs a browser in, once. */
export async function signInLink(home: HomeUnderTest): Promise<string> {
  return (await home.json<{ url: string }>("open", "--print")).url;
}

/** Opens a link of `ccm open`, which leads home: by itself, or without scripts by a button. */
export async function signIn({ page, hasScripts }: Tab): Promise<void> {
  await page.goto(await signInLink(SITE.home));
  if (!hasScripts) await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${SITE.url}/`);
}

/** Where a tab is and what it shows, for a test that failed. */
async function describeTab({ page, troubles }: Tab): Promise<string> {
  const text = await page.evaluate<string>(`document.querySelector("main")?.innerText ?? ""`).catch(() => "");
  return [`A tab was at ${page.url()}`, ...troubles(), text.slice(0, SHOWN_CHARS)].join("\n");
}

/** What a page begins with: enough to see where the test went wrong. */
const SHOWN_CHARS = 1_500;

/** What the daemon complained of last, for a test that failed. */
function daemonLog(): string {
  const lines = readFileSync(join(opened().home.paths.logs, "daemon.log"), "utf8").split("\n");
  return lines
    .filter((line) => !line.includes('"info"'))
    .slice(-5)
    .join("\n");
}

function opened(): State {
  if (!state) throw new Error("useSite() is to be called at the top of the file.");
  return state;
}

const SITE: Site = {
  get home() {
    return opened().home;
  },
  get repo() {
    return opened().repo;
  },
  get url() {
    return opened().url;
  },
  async open(look, path = "/") {
    const tab = await newTab(look, opened().session);
    await tab.page.goto(SITE.url + path);
    return tab;
  },
  stranger: (look) => newTab(look),
  async beside(tab, path) {
    const { tabs, url } = opened();
    const other = await addTab(tab, url, tabs);
    await other.page.goto(url + path);
    return other;
  },
  async startAgain() {
    await SITE.home.startDaemon({ CCM_WEB_PORT: new URL(SITE.url).port });
  },
};

async function newTab(look: LookName | Look, session?: Session): Promise<Tab> {
  const { browser, tabs, url } = opened();
  const wanted: Look = typeof look === "string" ? LOOKS[look] : look;
  const context = await browser.newContext({ ...wanted, ...(session ? { storageState: session } : {}) });
  return await addTab({ context, hasScripts: wanted.javaScriptEnabled !== false }, url, tabs);
}

async function addTab({ context, hasScripts }: Pick<Tab, "context" | "hasScripts">, origin: string, tabs: Tab[]): Promise<Tab> {
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const tab = { ...(await watch(page, origin)), page, context, hasScripts };
  tabs.push(tab);
  return tab;
}
