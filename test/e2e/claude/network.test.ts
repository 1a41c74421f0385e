// The real Claude Code in a network that holds its model and the hosts that a person named, and nothing else.
import { expect } from "bun:test";
import { selfSigned } from "../../support/certificate.ts";
import { type ClaudeHome, expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { afterThisTest } from "../../support/clean-up.ts";
import { shell } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** Addresses of this machine that programs do not take for loopback: what goes there goes through the proxy. */
const [MODEL, REGISTRY, STRANGER] = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];

/** A server that says its name, and remembers that it was asked. */
function openServer(hostname: string): { host: string; asked(): number } {
  let asked = 0;
  const server = Bun.serve({
    hostname,
    port: 0,
    fetch() {
      asked += 1;
      return new Response(`I am ${hostname}.\n`);
    },
  });
  afterThisTest(() => server.stop(true));
  return { host: `${hostname}:${server.port}`, asked: () => asked };
}

type Options = { level: string; user: "self" | "normal"; modelAt: string; agentEnv?: Record<string, string> };

async function openLimited(executable: string, options: Options) {
  const [registry, stranger] = [openServer(REGISTRY), openServer(STRANGER)];
  const ask = (host: string, words = "") => `curl -sS -m 10 ${words} http://${host}/ >> seen.txt 2>&1`;
  const reach = [ask(registry.host), ask(stranger.host), ask(stranger.host, "--noproxy '*'"), "cat seen.txt"].join("; ");
  const home = await openClaudeHome({
    executable,
    tracks: [track("Look around", shell(reach), ...MEND)],
    modelAt: options.modelAt,
    user: options.user,
    ...(options.agentEnv ? { agentEnv: options.agentEnv } : {}),
    config: {
      "sandbox.level": options.level,
      "sandbox.network": "hosts",
      "sandbox.hosts": JSON.stringify(["model", registry.host]),
    },
  });
  return { ...home, registry, stranger };
}

async function reachesOnlyThat(lab: Awaited<ReturnType<typeof openLimited>>): Promise<void> {
  const { server, registry, stranger } = lab;
  const { id } = await lab.create("Look around");
  await lab.reach(id, "done");
  const seen = lab.git("show", "main:seen.txt");
  expect(seen).toContain(`I am ${REGISTRY}.`);
  expect(seen).toContain(`This run may not reach "${STRANGER}"`);
  expect(seen).not.toContain(`I am ${STRANGER}.`);
  expect([registry.asked(), stranger.asked()]).toEqual([1, 0]);
  expect(lab.git("show", "main:sum.js")).toBe(MENDED);
  expect(refusals(lab, id)).toEqual([stranger.host]);
  expect(lab.events(id, "hook.received").some(({ data }) => data.event === "PreToolUse")).toBe(true);
  expectRightRequests(server);
}

function refusals(lab: Pick<ClaudeHome, "events">, id: number): string[] {
  return lab.events(id, "network.refused").map(({ data }) => `${data.host}:${data.port}`);
}

testWithClaude("at namespace it reaches its model and what is listed, through its host", async (executable) => {
  await reachesOnlyThat(await openLimited(executable, { level: "namespace", user: "self", modelAt: MODEL }));
});

testWithClaude("so it does for a user without rights", async (executable) => {
  await reachesOnlyThat(await openLimited(executable, { level: "namespace", user: "normal", modelAt: MODEL }));
});

testWithClaude("a model on loopback is at its port, in a network of the run's own", async (executable) => {
  await reachesOnlyThat(await openLimited(executable, { level: "namespace", user: "normal", modelAt: "127.0.0.1" }));
});

testWithClaude("a model that speaks TLS is reached by a tunnel", async (executable) => {
  let model = "";
  const front = Bun.serve({
    hostname: MODEL,
    port: 0,
    tls: selfSigned(MODEL),
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const body = request.method === "POST" ? await request.arrayBuffer() : null;
      return await fetch(`${model}${pathname}${search}`, { method: request.method, headers: request.headers, body });
    },
  });
  afterThisTest(() => front.stop(true));
  const agentEnv = { ANTHROPIC_BASE_URL: `https://${MODEL}:${front.port}`, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const lab = await openLimited(executable, { level: "namespace", user: "self", modelAt: "127.0.0.1", agentEnv });
  model = lab.server.url;
  await reachesOnlyThat(lab);
});

testWithClaude("at kernel the ports of its host and its model are all that it may connect to", async (executable) => {
  await reachesOnlyThat(await openLimited(executable, { level: "kernel", user: "self", modelAt: MODEL }));
});
