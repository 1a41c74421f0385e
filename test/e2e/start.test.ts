// The executable itself: nothing from the folder or the environment it is started in gets into it, and it behaves in pipes.
import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json" with { type: "json" };
import { openDatabase } from "../../src/kernel/database.ts";
import { createHome, currentCaller } from "../../src/kernel/home.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";
import { binary } from "../support/binary.ts";
import { temporaryFolder, temporaryHome } from "../support/folders.ts";
import { waitFor } from "../support/wait.ts";

beforeAll(() => {
  binary();
}, 120_000);

/** A folder in which any Bun program would run foreign code, and a variable for each way in. */
function trap() {
  const folder = temporaryFolder("trap");
  const code = join(folder, "foreign.ts");
  writeFileSync(code, 'require("node:fs").writeFileSync(import.meta.dir + "/ran", process.argv.join(" ")); console.log("FOREIGN");\n');
  writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./foreign.ts"]\n[run]\npreload = ["./foreign.ts"]\n');
  writeFileSync(join(folder, ".env"), "CCM_HOME=/foreign\nCCM_LIMITS_RUNS=nonsense\n");
  writeFileSync(join(folder, "package.json"), '{"name":"foreign","scripts":{"--version":"echo FOREIGN","hook":"echo FOREIGN"}}\n');
  writeFileSync(join(folder, "tsconfig.json"), "{ broken");
  return { folder, code, ran: join(folder, "ran") };
}

async function run(words: string[], options: { cwd?: string; env?: Record<string, string>; stdin?: string } = {}) {
  const child = Bun.spawn([binary(), ...words], {
    cwd: options.cwd ?? "/",
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", CCM_HOME: "/nonexistent/home", ...options.env },
    stdin: new Blob([options.stdin ?? ""]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { out, error, exit: await child.exited };
}

describe("foreign code stays out", () => {
  const entrances: [string, (code: string) => Record<string, string>][] = [
    ["bunfig.toml, .env, package.json and tsconfig.json of the folder", () => ({})],
    ["BUN_OPTIONS", (code) => ({ BUN_OPTIONS: `--preload ${code}` })],
    ["BUN_BE_BUN", () => ({ BUN_BE_BUN: "1" })],
    ["BUN_INSPECT_PRELOAD", (code) => ({ BUN_INSPECT_PRELOAD: code })],
    ["NODE_OPTIONS", (code) => ({ NODE_OPTIONS: `--require ${code} --import ${code}` })],
    ["BUN_CONFIG_PRELOAD and XDG_CONFIG_HOME", (code) => ({ BUN_CONFIG_PRELOAD: code, XDG_CONFIG_HOME: join(code, "..") })],
  ];

  test.each(entrances)("%s", async (_, environment) => {
    const { folder, code, ran } = trap();
    const env = environment(code);
    expect(await run(["--version"], { cwd: folder, env })).toEqual({ out: `ccm ${version}\n`, error: "", exit: 0 });
    const listed = await run(["config", "list"], { cwd: folder, env });
    expect(listed.error).toContain('There is no ccm home at "/nonexistent/home".');
    expect(await Bun.file(ran).exists()).toBe(false);
  });

  test("the daemon keeps it out as well, with every entrance tried at once", async () => {
    const { folder, code, ran } = trap();
    const paths = temporaryHome();
    createHome(paths, currentCaller());
    const db = openDatabase(paths.database);
    migrate(db, MIGRATIONS, paths.backups, 0);
    db.close();
    const env = Object.assign({}, ...entrances.map(([, environment]) => environment(code)), {
      PATH: process.env.PATH,
      HOME: folder,
      CCM_HOME: paths.home,
    });
    const daemon = Bun.spawn([binary(), "daemon", "--profile", "minimal"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    try {
      await waitFor("the daemon to start", () =>
        readdirSync(paths.logs).some((name) => readFileSync(join(paths.logs, name), "utf8").includes("daemon started")),
      );
    } finally {
      daemon.kill("SIGTERM");
    }
    expect({ exit: await daemon.exited, out: await daemon.stdout.text(), error: await daemon.stderr.text() }).toEqual({
      exit: 0,
      out: "",
      error: "",
    });
    expect(await Bun.file(ran).exists()).toBe(false);
  });

  test("and a debugger cannot be attached by a variable", async () => {
    const { error, exit } = await run(["--version"], {
      env: { BUN_INSPECT: "ws://127.0.0.1:0/x?wait=1", BUN_INSPECT_CONNECT_TO: "/nonexistent" },
    });
    expect({ error, exit }).toEqual({ error: "", exit: 0 });
  });
});

describe("in pipes", () => {
  test("a reader that leaves early is no error", () => {
    const shell = Bun.spawnSync(["sh", "-c", `'${binary()}' --help | head -n 1; exit 0`], { stderr: "pipe", stdin: "ignore" });
    expect(shell.stdout.toString().split("\n")).toHaveLength(2);
    expect(shell.stderr.toString()).toBe("");
  });

  test("a slow reader gets everything", () => {
    const shell = Bun.spawnSync(["sh", "-c", `'${binary()}' --help | (read first; sleep 0.2; cat) | tail -n 1`], { stdin: "ignore" });
    expect(shell.stdout.toString()).toBe("More about one: ccm <command> --help\n");
  });

  test("a configuration error is JSON on stderr with --json, and exits with 2", async () => {
    const home = join(temporaryFolder(), "home");
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(join(home, "config.yaml"), "limits:\n  runs: many\n");
    const { out, error, exit } = await run(["config", "check", "--json"], { env: { CCM_HOME: home } });
    expect({ out, exit }).toEqual({ out: "", exit: 2 });
    expect(JSON.parse(error).error).toMatchObject({ code: "invalid", message: expect.stringContaining("line 2") });
  });
});
