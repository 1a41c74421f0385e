// What git is asked for in the task's own repository, however it is told so: refused, with what to do instead.
import { describe, expect, test } from "bun:test";
import { judge } from "../../src/hooks/judge.ts";
import { guardRules } from "../../src/hooks/rules.ts";
import { PLACES } from "./places.ts";

const bash = (command: string) => judge({ tool: "Bash", input: { command }, cwd: PLACES.tree }, { rules: guardRules(), places: PLACES });

describe("git in the task's own repository", () => {
  test.each([
    ["git init; git push"],
    ["git init . && git push"],
    ["git log --grep init; git push"],
    ["git help clone; git push"],
    ["GIT_DIR=/tmp/x git init; git push"],
    ["git -C /tmp/x init; git push"],
    ["git-push origin"],
    ["$(git --exec-path)/git-push"],
    ["git --attr-source HEAD push"],
    ["GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.x GIT_CONFIG_VALUE_0=push git x"],
    ["W=push git --config-env=alias.x=W x"],
    ["git -c core.pager='git push' log"],
    ["export GIT_EDITOR='git push'; git commit"],
    ["git rebase -x'git push' HEAD~1"],
    ["git difftool -y --extcmd='git push'"],
    ["git bisect run sh -c 'git push'"],
    ["git submodule foreach --recursive 'git push'"],
  ])("%s is refused", (command) => {
    expect(bash(command)).toMatchObject({ verdict: "deny", by: "class git" });
  });
});
