// What a run reaches of its host and through it in each network, and what is written down of that.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { reachedHosts } from "../../src/agents/model-hosts.ts";
import { networkText } from "../../src/agents/network-text.ts";
import type { RunSpec } from "../../src/agents/schema.ts";
import { ownPlaces } from "../../src/kernel/process.ts";
import { sandboxSpec } from "../../src/sandbox/rules.ts";
import type { SandboxSpec } from "../../src/sandbox/schema.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { openRuns } from "../support/runs.ts";

const HOOK = 'curl -sS --noproxy "*" -m 10 -H "Authorization: Bearer $CCM_RUN_TOKEN" -d "{}" "$CCM_RUN_URL/hook/Stop"';

type Limited = Partial<SandboxSpec> & Pick<SandboxSpec, "level" | "network">;

function sandboxed(lab: ReturnType<typeof openRuns>, line: string, part: Limited): Partial<RunSpec> {
  const { tree, git, tmp } = lab.paths.task(1);
  const places = { tree, git, tmp, spool: lab.paths.run(1).spool, ccmHome: lab.paths.home, userHome: "/nonexistent", repositoryGit: git };
  const spec = sandboxSpec({ ...places, level: part.level, network: part.network, show: ownPlaces() });
  return { argv: ["sh", "-c", line], sandbox: { ...spec, protect: [], ...part } };
}

describe.each([
  ["namespace", "host"],
  ["namespace", "hosts"],
  ["namespace", "ports"],
  ["namespace", "none"],
  ["kernel", "host"],
  ["kernel", "hosts"],
  ["kernel", "ports"],
] as const)("at %s with network %s", (level, network) => {
  test("hooks reach the host, and are answered", async () => {
    const lab = openRuns();
    lab.launch(sandboxed(lab, HOOK, { level, network }));
    expect(await lab.ended()).toMatchObject({ code: 0, tail: "{}" });
    expect(lab.events().filter(({ kind }) => kind === "hook")).toMatchObject([{ text: "Stop" }]);
    expect(existsSync(lab.paths.run(1).sockets)).toBe(false);
  });
});

describe("a refusal", () => {
  test.each(["namespace", "kernel"] as const)("is written down once, however often it is tried, at %s", async (level) => {
    const lab = openRuns();
    const line = "for i in 1 2 3; do curl -s -m 10 http://evil.example/ >&2; done; curl -s -m 10 https://evil.example/ || true";
    lab.launch(sandboxed(lab, line, { level, network: "hosts", hosts: ["registry.example"] }));
    expect(await lab.ended()).toMatchObject({ code: 0, tail: expect.stringContaining("say at the end which host") });
    expect(lab.events().filter(({ kind }) => kind === "refused")).toMatchObject([
      { text: "the network refused evil.example:80", json: { host: "evil.example", port: 80, why: "unlisted" } },
      { json: { host: "evil.example", port: 443, why: "unlisted" } },
    ]);
  });
});

test("gates and set-up have the proxy, too", async () => {
  const site = Bun.serve({ hostname: "127.0.0.2", port: 0, fetch: () => new Response("reached") });
  afterThisTest(() => site.stop(true));
  const lab = openRuns();
  const host = `127.0.0.2:${site.port}`;
  lab.launch({ ...sandboxed(lab, `curl -sS http://${host}/`, { level: "namespace", network: "hosts", hosts: [host] }), kind: "setup" });
  expect(await lab.ended()).toMatchObject({ code: 0, tail: "reached" });
});

describe("what model stands for", () => {
  const claude = (env: Record<string, string> = {}) => reachedHosts(["registry.example", "model"], "claude", env).slice(1);
  test("Claude's own hosts", () => expect(claude()).toEqual(["api.anthropic.com:443", "platform.claude.com:443"]));
  test.each([
    [{ ANTHROPIC_BASE_URL: "https://gateway.example/v1" }, ["gateway.example:443"]],
    [{ ANTHROPIC_BASE_URL: "http://127.0.0.1:8080" }, ["127.0.0.1:8080"]],
    [{ ANTHROPIC_BASE_URL: "http://gateway.example" }, ["gateway.example:80"]],
    [{ ANTHROPIC_BASE_URL: "nonsense" }, ["api.anthropic.com:443", "platform.claude.com:443"]],
    [
      { CLAUDE_CODE_USE_BEDROCK: "1", AWS_REGION: "eu-west-1" },
      ["bedrock-runtime", "bedrock", "sts"].map((name) => `${name}.eu-west-1.amazonaws.com:443`),
    ],
    [
      { CLAUDE_CODE_USE_VERTEX: "true", CLOUD_ML_REGION: "us-east5" },
      ["us-east5-aiplatform.googleapis.com:443", "oauth2.googleapis.com:443"],
    ],
    [{ CLAUDE_CODE_USE_BEDROCK: "0" }, ["api.anthropic.com:443", "platform.claude.com:443"]],
  ])("with %j: %j", (env, hosts) => expect(claude(env)).toEqual(hosts));
  test("an agent of one's own: what its variables name, and nothing else", () => {
    expect(reachedHosts(["model"], "custom", { OPENAI_API_BASE: "https://models.example/v1", HOME: "/" })).toEqual(["models.example:443"]);
    expect(reachedHosts(["model"], "custom", {})).toEqual([]);
  });
});

test("an agent is told of a network that is limited, and nothing of the machine's own", () => {
  expect(networkText({ network: "host", hosts: ["model"], ports: [443] })).toBe("");
  expect(networkText({ network: "hosts", hosts: ["a.example", "b.example"], ports: [] })).toStartWith(
    "Your network is limited to a.example, b.example",
  );
  expect(networkText({ network: "ports", hosts: [], ports: [443, 22] })).toStartWith("Your network is limited to the TCP ports 443, 22");
  expect(networkText({ network: "none", hosts: [], ports: [] })).toStartWith("You have no network.");
});
