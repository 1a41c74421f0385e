// What of ccm's own environment a child process never sees.
import { expect, test } from "bun:test";
import { scrubEnvironment } from "../../src/kernel/environment.ts";

test("settings of runtimes, the linker and git go; everything else stays", () => {
  const env = {
    PATH: "/bin",
    HOME: "/home/ada",
    BUN_OPTIONS: "--preload x",
    BUN_BE_BUN: "1",
    BUN_JSC_useDFGJIT: "0",
    NODE_OPTIONS: "--require x",
    LD_PRELOAD: "x.so",
    LD_LIBRARY_PATH: "/x",
    DYLD_INSERT_LIBRARIES: "x",
    GIT_DIR: "/x/.git",
    GIT_INDEX_FILE: "/x/index",
    NODE_ENV: "test",
    MY_BUN_: "mine",
  };
  scrubEnvironment(env);
  expect(env as Record<string, string>).toEqual({ PATH: "/bin", HOME: "/home/ada", NODE_ENV: "test", MY_BUN_: "mine" });
});
