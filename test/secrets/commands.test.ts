// ccm secret set, list and remove on the built executable: the encrypted file, a real keyring, no keyring, and a terminal.
import { beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { afterThisTest } from "../support/clean-up.ts";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { emptyHome, expectFault, SLOW_MS } from "../support/home-with-project.ts";
import { testWith } from "../support/programs.ts";
import { openTerminal } from "../support/terminal.ts";
import { waitFor } from "../support/wait.ts";

const VALUE = "hunter2-hunter3";
let home: HomeUnderTest;

beforeEach(async () => {
  home = emptyHome();
  await home.json("init", "--yes");
});

const set = (name: string, value: string, ...words: string[]) => home.ccmWith({ stdin: value }, "secret", "set", name, ...words);
const names = async () => (await home.json<{ name: string }[]>("secret", "list")).map(({ name }) => name);

/** Every file below CCM_HOME that holds the text. */
function filesWith(text: string): string[] {
  const below = readdirSync(home.paths.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return below.map((entry) => join(entry.parentPath, entry.name)).filter((path) => readFileSync(path).includes(text));
}

describe("in the encrypted file", () => {
  beforeEach(() => writeFileSync(home.paths.config, "secrets:\n  store: file\n"));

  test("a secret is kept, listed without its value, replaced and forgotten", async () => {
    expect(await set("TOKEN", `${VALUE}\n`, "--for", "automation:notify", "--for", "integration:github")).toMatchObject({
      code: 0,
      stdout: '"TOKEN" is kept in the file, for automation:notify, integration:github.\n',
    });
    expect(filesWith(VALUE)).toEqual([]);
    expect(await home.json<unknown[]>("secret", "list")).toMatchObject([
      { name: "TOKEN", store: "file", uses: ["automation:notify", "integration:github"] },
    ]);
    await set("TOKEN", "another-value-1", "--for", "automation:notify");
    expect((await home.ccm("secret", "list")).stdout).toMatch(/TOKEN +file +automation:notify +just now/);
    expect((await home.ccm("secret", "remove", "TOKEN")).code).toBe(0);
    expect((await home.ccm("secret", "list")).stdout).toMatch(/TOKEN +nowhere +nobody +removed/);
    expectFault(await home.ccm("secret", "remove", "TOKEN"), 3, /"TOKEN"/, /ccm secret list/);
    expect((await home.ccm("secret", "forget", "TOKEN")).code).toBe(0);
    expect(await names()).toEqual([]);
    expectFault(await home.ccm("secret", "forget", "TOKEN"), 3, /"TOKEN"/, /ccm secret list/);
    expect((await home.ccm("audit", "--verify")).code).toBe(0);
  });

  test("a replaced one stays where it is, and with those who got it", async () => {
    await set("TOKEN", VALUE, "--for", "automation:notify");
    writeFileSync(home.paths.config, "secrets:\n  store: keyring\n");
    const replaced = await set("TOKEN", "another-value-1");
    expect(replaced.stdout).toStartWith('"TOKEN" is kept in the file, for automation:notify. What TOKEN held before');
    expect(await home.json<unknown[]>("secret", "list")).toMatchObject([{ store: "file", uses: ["automation:notify"], earlierValues: 1 }]);
  });

  test("setting what is kept already adds nothing, and what was kept before is kept again", async () => {
    const earlier = async () => (await home.json<{ earlierValues: number }[]>("secret", "list"))[0]?.earlierValues;
    for (const [value, count] of [
      [VALUE, 0],
      [VALUE, 0],
      ["another-value-1", 1],
      [VALUE, 1],
    ] as const) {
      await set("TOKEN", value);
      expect(await earlier()).toBe(count);
    }
  });

  test("what is kept is taken out of whatever a command says", async () => {
    await set("TOKEN", VALUE);
    expectFault(await home.ccm("task-status", VALUE), 2, /"\[redacted secret TOKEN\]"/, /list-tasks/);
    const json = await home.ccm("task-status", VALUE, "--json");
    expect(JSON.parse(json.stderr).error.message).toContain("[redacted secret TOKEN]");
    const said = async (value: string) => (await home.ccm("task-status", value)).stderr.includes(value);
    await set("TOKEN", "another-value-1");
    expect([await said(VALUE), await said("another-value-1")]).toEqual([false, false]);
    await home.ccm("secret", "remove", "TOKEN");
    expect([await said(VALUE), await said("another-value-1")]).toEqual([false, false]);
    await home.ccm("secret", "forget", "TOKEN");
    expect([await said(VALUE), await said("another-value-1")]).toEqual([true, true]);
  });

  test("ten that are set at the same time are all kept", async () => {
    const all = Array.from({ length: 10 }, (_, at) => `S${at}`);
    await Promise.all(all.map((name) => set(name, `${VALUE}-${name}`)));
    expect(await names()).toEqual(all);
    expect(JSON.parse(readFileSync(home.paths.prints, "utf8"))).toHaveLength(10);
  });

  test.each([
    ["a short value", ["A"], "a1b2", /at least 8 characters/],
    ["an empty value", ["A"], "\n", /at least 8 characters/],
    ["a word", ["A"], "approving", /12 where all are letters/],
    ["a value in the words", ["A=hunter2hunter2"], VALUE, /not given on the command line/],
    ["a use that is none", ["A", "--for", "agent:claude"], VALUE, /"agent:claude"/],
    ["a store that is none", ["A", "--store", "drawer"], VALUE, /"drawer"/],
  ])("%s is refused", async (_, words, value, sentence) => {
    const ended = await set(words[0] ?? "", value, ...words.slice(1));
    expectFault(ended, 2, sentence, /./);
    expect(ended.stderr).not.toContain("hunter2");
    expect(await names()).toEqual([]);
  });

  testWith("tmux")(
    "on a terminal the value is asked for, and not shown",
    async () => {
      const terminal = openTerminal(home, [binary(), "secret", "set", "TOKEN"]);
      await terminal.shows("Value of TOKEN");
      terminal.type("hunter2-x", "BSpace", "hunter3", "Enter");
      await terminal.shows('"TOKEN" is kept in the file');
      expect(terminal.screen()).not.toContain("hunter");
      expectFault(await home.ccm("task-status", VALUE), 2, /redacted secret TOKEN/, /./);
    },
    SLOW_MS,
  );
});

test("without a keyring the person is told of the file, and nothing is kept", async () => {
  expectFault(await set("TOKEN", VALUE), 8, /keyring/, /secrets\.store file/);
  expect(await names()).toEqual([]);
  expect(JSON.parse(readFileSync(home.paths.prints, "utf8"))).toEqual([]);
});

/** A session bus with a keyring that is unlocked; both end with the test. */
async function openKeyring(): Promise<Record<string, string>> {
  const env = { ...home.env, XDG_RUNTIME_DIR: join(home.root, "person"), XDG_DATA_HOME: join(home.root, "person/share") };
  const bus = Bun.spawn(["dbus-daemon", "--session", "--nofork", "--print-address=1"], { env, stdout: "pipe", stderr: "ignore" });
  afterThisTest(() => bus.kill());
  const { value } = await bus.stdout.getReader().read();
  const DBUS_SESSION_BUS_ADDRESS = Buffer.from(value ?? [])
    .toString()
    .trim();
  const keyring = Bun.spawn(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], {
    env: { ...env, DBUS_SESSION_BUS_ADDRESS },
    stdin: Buffer.from("a password\n"),
    stdout: "ignore",
    stderr: "ignore",
  });
  afterThisTest(() => keyring.kill());
  return { DBUS_SESSION_BUS_ADDRESS };
}

testWith("gnome-keyring-daemon")(
  "in a real keyring a secret is kept, opened, moved and forgotten",
  async () => {
    const env = await openKeyring();
    const ccm = (stdin: string, ...words: string[]) => home.ccmWith({ env, stdin }, ...words);
    await waitFor("the keyring", async () => (await ccm(VALUE, "secret", "set", "TOKEN", "--for", "automation:notify")).code === 0);
    expect(await home.json<unknown[]>("secret", "list")).toMatchObject([{ name: "TOKEN", store: "keyring" }]);
    expect(existsSync(home.paths.secrets)).toBe(false);
    expect(filesWith(VALUE)).toEqual([]);
    const look = `const found = await Bun.secrets.get({ service: "ccm " + ${JSON.stringify(home.paths.home)}, name: "TOKEN" }); console.log(found);`;
    const stored = () =>
      Bun.spawnSync([process.execPath, "-e", look], { env: { ...home.env, ...env } })
        .stdout.toString()
        .trim();
    expect(stored()).toBe(VALUE);
    expect((await ccm(VALUE, "secret", "set", "TOKEN", "--store", "file")).code).toBe(0);
    expect(stored()).toBe("null");
    expect((await ccm(VALUE, "secret", "set", "TOKEN", "--store", "keyring")).code).toBe(0);
    expect([stored(), JSON.parse(readFileSync(home.paths.secrets, "utf8")).entries]).toEqual([VALUE, {}]);
    expect((await ccm("", "secret", "remove", "TOKEN")).code).toBe(0);
    expect(stored()).toBe("null");
  },
  SLOW_MS,
);
