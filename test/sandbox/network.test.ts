// What a sandbox with a limited network reaches, as its host starts it, and every way out that was thought of.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { openNetwork } from "../../src/agents/host/network.ts";
import type { SandboxOrder } from "../../src/sandbox/rules.ts";
import { selfSigned } from "../support/certificate.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { ACCOUNTS, CASES, type Ended, type Lab, openLab, writeFiles } from "../support/sandbox.ts";

const SLOW_MS = 60_000;
const ESCAPES = readFileSync(join(import.meta.dir, "network.py"), "utf8");
/** Of this machine in its network, if it has one. */
const OWN_ADDRESS = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

let lab: Lab;
let outside: Outside;
afterEach(() => lab.remove());

/** Whoever may not be reached: connections and datagrams that came, at every address of this machine. */
type Outside = { tcp: number; udp: number; abstract: string; came(): string[] };

async function openOutside(): Promise<Outside> {
  const came: string[] = [];
  const socket = { open: () => void came.push("tcp"), data() {} };
  const abstract = `ccm-network-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const server = Bun.listen({ hostname: "::", port: 0, socket });
  const datagrams = await Bun.udpSocket({ hostname: "::", socket: { data: () => void came.push("udp") } });
  const local = Bun.listen({ unix: `\0${abstract}`, socket: { open: () => void came.push("abstract"), data() {} } });
  afterThisTest(() => {
    server.stop(true);
    datagrams.close();
    local.stop(true);
  });
  return { tcp: server.port, udp: datagrams.port, abstract, came: () => came };
}

/** Runs the words as a host would with that network. `open` is what the proxy has refused. */
async function inNetwork(
  order: Partial<SandboxOrder>,
  argv: string[],
  env: Record<string, string> = {},
): Promise<Ended & { refused: string[] }> {
  const refused: string[] = [];
  const run = lab.paths.run(1);
  const network = await openNetwork({ sandbox: lab.spec(order) }, run, { note: (_, text) => void refused.push(text) }, null);
  afterThisTest(network.close);
  const same = network.sandbox.ports.at(-1);
  if (same && order.network === "hosts") listenAt("127.0.0.4", same);
  const places = {
    LAB_SOCKETS: run.sockets,
    LAB_SAME: String(order.network === "hosts" ? (same ?? 1) : 1),
    ...(OWN_ADDRESS ? { LAB_OWN: OWN_ADDRESS } : {}),
  };
  const victim = { LAB_TCP: String(outside.tcp), LAB_UDP: String(outside.udp), LAB_ABSTRACT: outside.abstract };
  const ended = await lab.run(argv, { spec: network.sandbox, env: { ...network.variables, ...places, ...victim, ...env } });
  return { ...ended, refused };
}

function listenAt(hostname: string, port = 0): number {
  const server = Bun.listen({ hostname, port, socket: { data() {} } });
  afterThisTest(() => server.stop(true));
  return server.port;
}

function openSite(hostname: string): string {
  const server = Bun.serve({ hostname, port: 0, fetch: () => new Response("reached") });
  afterThisTest(() => server.stop(true));
  return `${hostname}:${server.port}`;
}

/** The ways that were open, and what came outside. */
async function escapesOf(order: Partial<SandboxOrder>, env: Record<string, string> = {}): Promise<{ ways: string[]; came: string[] }> {
  writeFiles(lab.paths.task(1).tree, { "network.py": ESCAPES });
  const ended = await inNetwork(order, ["python3", "network.py"], env);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return { ways: ended.stdout.split("\n").filter(Boolean), came: [...new Set(outside.came())].sort() };
}

describe.each(CASES)("at %s as %s", (level, account) => {
  beforeEach(async () => {
    lab = openLab(level, account);
    outside = await openOutside();
  });

  test(
    "network hosts: a listed host is reached, by a tunnel, by its address and on loopback, and nothing else",
    async () => {
      const [listed, local, other] = [openSite("127.0.0.2"), openSite("127.0.0.1"), openSite("127.0.0.3")];
      const ask = (host: string) => `curl -sS -m 10 http://${host}/; curl -sS -m 10 -p http://${host}/; echo`;
      const line = `${ask(listed)}; ${ask(local)}; ${ask(other)}`;
      const { stdout, refused } = await inNetwork({ network: "hosts", hosts: [listed, local] }, ["sh", "-c", line]);
      expect(stdout).toStartWith("reachedreached\nreachedreached\nccm: This run may not reach");
      expect(refused).toEqual([`the network refused ${other}`]);
    },
    SLOW_MS,
  );

  test(
    "network hosts: no way leads past it, but for what the kernel level cannot see",
    async () => {
      const { ways, came } = await escapesOf({ network: "hosts", hosts: ["allowed.example"] });
      // Landlock knows ports and no addresses: the proxy's port is open on every host.
      expect(ways).toEqual(level === "kernel" ? ["same port elsewhere"] : []);
      expect(came).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    "network ports: TCP to these, and datagrams, by which names are found",
    async () => {
      const listed = listenAt("127.0.0.4");
      const { ways, came } = await escapesOf({ network: "ports", ports: [listed] }, { LAB_LISTED: String(listed) });
      expect(ways).toEqual(["listed port"]);
      expect(came).toEqual(["udp"]);
    },
    SLOW_MS,
  );

  test("honest programs work on loopback where it is their own, and find out at once where a name leads to nobody", async () => {
    const server = `require("node:http").createServer((_, answer) => answer.end("own")).listen(0, "127.0.0.1", function () {
      fetch("http://127.0.0.1:" + this.address().port).then((answer) => answer.text()).then(console.log, () => console.log("refused")).then(() => process.exit()) })`;
    const startedAt = performance.now();
    const ended = await inNetwork({ network: "hosts", hosts: [] }, [
      "sh",
      "-c",
      `node -e '${server}'; getent hosts registry.example || echo unknown`,
    ]);
    expect(ended.stdout).toBe(level === "namespace" ? "own\nunknown\n" : "refused\nunknown\n");
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

describe("without a sandbox", () => {
  beforeEach(async () => {
    lab = openLab("none", ACCOUNTS[0]);
    outside = await openOutside();
  });

  test("the ways are real", async () => {
    const { ways, came } = await escapesOf({ network: "host" });
    for (const way of ["tcp", "tcp elsewhere", "tcp 6", "tcp 4 in 6", "mptcp", "fast open connect", "abstract"])
      expect(ways).toContain(way);
    expect(came).toEqual(["abstract", "tcp", "udp"]);
  });
});

describe("at namespace", () => {
  beforeEach(async () => {
    lab = openLab("namespace", ACCOUNTS[0]);
    outside = await openOutside();
  });

  test(
    "a thousand connections at once leave the way open, and the command alive",
    async () => {
      const listed = openSite("127.0.0.2");
      const crowd = `import os, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
port = int(os.environ["HTTP_PROXY"].rsplit(":", 1)[1])
lines, told = [], 0
for _ in range(1000):
    try: lines.append(socket.create_connection(("127.0.0.1", port), 20))
    except OSError: told += 1
for line in lines:
    line.settimeout(0.05)
    try:
        line.recv(100)
        told += 1
    except TimeoutError: pass
    except OSError: told += 1
print(told >= 800)
for line in lines: line.close()
`;
      writeFiles(lab.paths.task(1).tree, { "crowd.py": crowd });
      const line = `python3 crowd.py; for i in 1 2 3 4 5 6 7 8 9; do curl -sS -m 10 http://${listed}/ | grep reached && break; sleep 0.2; done`;
      expect((await inNetwork({ network: "hosts", hosts: [listed] }, ["sh", "-c", line])).stdout).toBe("True\nreached\n");
    },
    SLOW_MS,
  );

  test(
    "what is sent and not read waits with its sender",
    async () => {
      const site = Bun.serve({
        hostname: "127.0.0.2",
        port: 0,
        fetch: async (request) => new Response(String((await request.arrayBuffer()).byteLength)),
      });
      afterThisTest(() => site.stop(true));
      const host = `127.0.0.2:${site.port}`;
      const line = `head -c 40000000 /dev/zero | curl -sS -m 30 -T - http://${host}/`;
      expect((await inNetwork({ network: "hosts", hosts: [host] }, ["sh", "-c", line])).stdout).toBe("40000000");
    },
    SLOW_MS,
  );

  test(
    "git clones over https, and npm installs, through it",
    async () => {
      const bare = join(lab.root, "site", "sample.git");
      lab.outside(["git", "clone", "-q", "--bare", lab.repo, bare], lab.root);
      lab.outside(["git", "update-server-info"], bare);
      lab.outside(
        ["sh", "-c", 'mkdir package && echo \'{"name":"sample","version":"1.0.0"}\' > package/package.json && tar czf sample.tgz package'],
        dirname(bare),
      );
      const site = Bun.serve({
        hostname: "127.0.0.2",
        port: 0,
        tls: selfSigned("127.0.0.2"),
        async fetch(request) {
          const { pathname, origin } = new URL(request.url);
          const tarball = `${origin}/sample.tgz`;
          if (pathname === "/sample")
            return Response.json({
              name: "sample",
              "dist-tags": { latest: "1.0.0" },
              versions: { "1.0.0": { name: "sample", version: "1.0.0", dist: { tarball } } },
            });
          const file = Bun.file(join(lab.root, "site", pathname));
          return (await file.exists()) ? new Response(file) : new Response(null, { status: 404 });
        },
      });
      afterThisTest(() => site.stop(true));
      const host = `127.0.0.2:${site.port}`;
      const env = {
        GIT_SSL_NO_VERIFY: "1",
        npm_config_strict_ssl: "false",
        npm_config_registry: `https://${host}/`,
        npm_config_cache: lab.paths.task(1).tmp,
      };
      const line = `git clone -q https://${host}/sample.git cloned && cat cloned/file; npm install --no-audit --no-fund --silent sample && cat node_modules/sample/package.json`;
      const ended = await inNetwork({ network: "hosts", hosts: [host] }, ["sh", "-c", line], env);
      expect(ended).toMatchObject({ stdout: 'one\n{"name":"sample","version":"1.0.0"}\n', refused: [] });
    },
    SLOW_MS,
  );

  test("a home in a deep folder has room for its sockets", async () => {
    const listed = openSite("127.0.0.2");
    const sockets = join(lab.root, ...Array.from({ length: 12 }, () => "a-long-folder-name"), "sockets");
    const network = await openNetwork({ sandbox: lab.spec({ network: "hosts", hosts: [listed] }) }, { sockets }, { note() {} }, null);
    afterThisTest(network.close);
    expect(Buffer.byteLength(network.sandbox.relays[0]?.socket ?? "")).toBeGreaterThan(108);
    const ended = await lab.run(["curl", "-sS", "-m", "10", `http://${listed}/`], { spec: network.sandbox, env: network.variables });
    expect(ended).toEqual({ code: 0, stdout: "reached", stderr: "" });
  });

  test("nothing of a network of its own is left when the run is over", async () => {
    const { sockets } = lab.paths.run(1);
    const network = await openNetwork({ sandbox: lab.spec({ network: "hosts", hosts: [] }) }, { sockets }, { note() {} }, null);
    network.close();
    expect(() => readFileSync(join(sockets, "proxy"))).toThrow("ENOENT");
  });
});
