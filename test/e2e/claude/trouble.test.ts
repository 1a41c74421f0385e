// What goes wrong with a provider in hours of work: the real Claude Code meets it, and the task is done all the same, or held with the reason.
import { describe, expect } from "bun:test";
import { type ClaudeHome, expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { breakOff, drop, hang, limitHeaders, refuse, type Step, shell } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** The CLI itself tries again so often before it gives up: fewer than its usual ten, so that a test sees the end of it. */
const RETRIES = { CLAUDE_CODE_MAX_RETRIES: "1" };

async function open(executable: string, steps: Step[], agentEnv: Record<string, string> = {}): Promise<ClaudeHome> {
  return await openClaudeHome({ executable, tracks: [track("Mend the sum", ...steps)], agentEnv });
}

async function isMerged(lab: ClaudeHome): Promise<number> {
  const { id } = await lab.create("Mend the sum");
  expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
  expect(lab.git("show", "main:sum.js")).toBe(MENDED);
  expectRightRequests(lab.server);
  return id;
}

describe("the task is done all the same", () => {
  const passing: [string, Step[], Record<string, string>?][] = [
    ["the provider fails (500), is overloaded (529), and comes back", [refuse(500, "Internal server error"), refuse(529, "Overloaded")]],
    ["the agent gives up on a provider that comes back later", [refuse(529, "Overloaded", { times: 2 })], RETRIES],
    ["there were too many requests (429) and it says when to come back", [refuse(429, "Slow down", { headers: { "retry-after": "1" } })]],
    [
      "the connection is closed before the answer, in the middle of it, or the stream ends with an error",
      [drop("before"), drop("middle"), breakOff("overloaded_error", "Overloaded")],
    ],
    ["the provider says nothing more, and the agent gives it up", [hang("before")], { API_TIMEOUT_MS: "1500" }],
  ];
  for (const [name, troubles, env] of passing) {
    testWithClaude(name, async (executable) => {
      const [first, ...rest] = MEND;
      await isMerged(await open(executable, [...(first ? [first] : []), ...troubles, ...rest], env));
    });
  }
});

describe("the task is held with the reason", () => {
  const refusals: [string, Step, string, RegExp][] = [
    [
      "the account has no credit (400)",
      refuse(400, "Your credit balance is too low to access the Anthropic API.", { times: 99 }),
      "login",
      /credit/i,
    ],
    ["the key is refused (401)", refuse(401, "invalid x-api-key", { times: 99 }), "login", /login/],
    ["the provider is down for good (529)", refuse(529, "Overloaded", { times: 99 }), "provider", /provider|overloaded/i],
  ];
  for (const [name, trouble, reason, text] of refusals) {
    testWithClaude(name, async (executable) => {
      const lab = await open(executable, [trouble], RETRIES);
      const { id } = await lab.create("Mend the sum");
      const { waiting } = await lab.until(id, "to be held", (task) => task.waiting?.reason === reason);
      expect(waiting?.text).toMatch(text);
    });
  }
});

testWithClaude("the task is held until the account's usage limit ends, and says until when", async (executable) => {
  const resetsAt = Math.round(Date.now() / 1_000) + 3_600;
  const rejected = refuse(429, "This request would exceed your account's rate limit.", {
    headers: limitHeaders("rejected", 1, resetsAt),
    times: 99,
  });
  // Only an account with a subscription has such a limit; this token is nobody's.
  const lab = await open(executable, [shell("echo begun"), rejected], {
    ANTHROPIC_API_KEY: "",
    CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-dummy",
  });
  const { id } = await lab.create("Mend the sum");
  const { waiting } = await lab.until(id, "to be held", (task) => task.waiting?.reason === "limit");
  expect(waiting?.text).toContain("limit");
  expect(lab.events(id, "limit.reported").at(-1)?.data).toMatchObject({ status: "rejected" });
  expectRightRequests(lab.server);
});

testWithClaude("an agent that does the same again and again is told so, and takes another way", async (executable) => {
  const lab = await open(executable, [shell("echo the same", { endlessUntilTold: "Once more will not change it" }), ...MEND]);
  const id = await isMerged(lab);
  expect(lab.events(id, "agent.nudged")).toHaveLength(1);
});

/** The CLI compacts a conversation that has filled that part of such a window. */
const SMALL = { CLAUDE_CODE_AUTO_COMPACT_WINDOW: "200000", CLAUDE_AUTOCOMPACT_PCT_OVERRIDE: "20" };

testWithClaude("a conversation that grew too long is compacted, and the work goes on from its summary", async (executable) => {
  const long = shell("echo long", { usage: { cache_read_input_tokens: 190_000 } });
  const lab = await open(executable, [shell("echo begun"), long, ...MEND], SMALL);
  const id = await isMerged(lab);
  expect(lab.events(id, "context.compacted")).toHaveLength(1);
  expect(lab.events(id, "hook.received").map(({ data }) => data.event)).toEqual(expect.arrayContaining(["PreCompact", "PostCompact"]));
});
