// CCM_HOME: who may use it, and what people are told when they may not.
import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { type Caller, createHome, currentCaller, requireHome } from "../../src/kernel/home.ts";
import { temporaryHome } from "../support/folders.ts";

const me = currentCaller();
const stranger: Caller = { uid: me.uid + 1, env: {} };

function home() {
  const paths = temporaryHome();
  createHome(paths, me);
  writeFileSync(paths.database, "");
  return paths;
}

describe("a home", () => {
  test("is made with folders that only its owner can enter, and making it again changes nothing", () => {
    const paths = home();
    createHome(paths, me);
    for (const folder of [paths.home, paths.tasks, paths.runs, paths.trash, paths.logs, paths.backups]) {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    }
    requireHome(paths, me);
  });

  test("that is not there, or has no database, names the command that makes it", () => {
    const paths = temporaryHome();
    const missing = expect.objectContaining({ code: "not_found", hint: "Create it with: ccm init --yes" });
    expect(() => requireHome(paths, me)).toThrow(missing);
    createHome(paths, me);
    expect(() => requireHome(paths, me)).toThrow(missing);
  });

  test("of another user is refused with the command to use instead", () => {
    const paths = home();
    expect(() => requireHome(paths, stranger)).toThrow(expect.objectContaining({ code: "denied" }));
    expect(() => requireHome(paths, { uid: stranger.uid, env: { CCM_HOME: paths.home } })).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^Try: sudo -u '.+' env CCM_HOME='.+' ccm …$/) }),
    );
    expect(() => createHome(paths, stranger)).toThrow(expect.objectContaining({ code: "denied" }));
  });

  test.skipIf(me.uid !== 0)("of a normal user is refused to root, who is told to drop sudo [needs root]", () => {
    const paths = home();
    chownSync(paths.home, 65_534, -1);
    expect(() => requireHome(paths, { uid: 0, env: { SUDO_USER: "nobody" } })).toThrow(
      expect.objectContaining({ code: "denied", hint: "Run it without sudo: ccm …" }),
    );
  });

  test("that others can enter is refused with the command that closes it", () => {
    const paths = home();
    chmodSync(paths.home, 0o755);
    expect(() => requireHome(paths, me)).toThrow(
      expect.objectContaining({ code: "environment", hint: expect.stringContaining("chmod 700") }),
    );
  });

  test("that is a file, or lies below one, is told apart", () => {
    const paths = temporaryHome();
    mkdirSync(paths.home.replace(/\/home$/, ""), { recursive: true });
    writeFileSync(paths.home, "");
    expect(() => requireHome(paths, me)).toThrow("is not a folder");
    expect(() => createHome(paths, me)).toThrow(expect.objectContaining({ code: "environment" }));
  });
});
