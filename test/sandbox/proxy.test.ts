// The proxy of a run, asked by real clients: who is let through, where to, and what it withstands.
import { describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { afterThisTest } from "../support/clean-up.ts";
import { AUTHORIZED, call, connect, curl, openForTest as open, openSite, PASSWORD } from "../support/proxy.ts";
import { waitFor } from "../support/wait.ts";

/** Of this machine in its network; empty where it has none but loopback. */
const OWN_ADDRESS =
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "";
describe("who is let through", () => {
  test("a listed host, by a tunnel and by its address", async () => {
    const site = openSite("127.0.0.2", async (request) => new Response(`${request.headers.get("host")} ${(await request.text()).length}`));
    const proxy = open([site]);
    expect(await curl(proxy, `http://${site}/`, "-d", "12345")).toEqual({ code: 0, text: `${site} 5` });
    expect(await curl(proxy, "--proxytunnel", `http://${site}/`, "-d", "12345")).toEqual({ code: 0, text: `${site} 5` });
    expect(proxy.refused).toEqual([]);
  });

  test("nobody else, and the agent is told what it can do", async () => {
    const proxy = open(["registry.example"]);
    const { text } = await curl(proxy, "http://evil.example/");
    expect(text).toContain('This run may not reach "evil.example" at port 80. It may reach: registry.example.');
    expect(text).toContain("say at the end which host you need");
    expect(await curl(proxy, "https://evil.example/")).toMatchObject({ code: 56, text: expect.stringContaining("403") });
    expect(await curl(proxy, "--proxytunnel", "http://registry.example:22/")).toMatchObject({ code: 56 });
    expect(proxy.refused).toEqual([
      { host: "evil.example", port: 80, why: "unlisted" },
      { host: "evil.example", port: 443, why: "unlisted" },
      { host: "registry.example", port: 22, why: "unlisted" },
    ]);
  });

  test.each(["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])(
    "not this machine or its cloud as %s",
    async (host) => {
      const proxy = open(["registry.example", "*.example", "*.1", "*.254"]);
      expect((await curl(proxy, `http://${host}/latest/meta-data/`)).text).toContain("This run may not reach");
      expect(proxy.refused).toHaveLength(1);
    },
  );

  test.each([
    ["registry.example", ["127.0.0.1"]],
    ["registry.example", ["169.254.169.254", "::1"]],
    ["a.cdn.example", ["10.0.0.1"]],
  ])("not a name, %s, that leads to %p", async (host, addresses) => {
    const proxy = open(["registry.example", "*.cdn.example"], { lookup: async () => addresses });
    expect((await curl(proxy, `http://${host}/`)).text).toContain("leads to an address of this machine or its network");
    expect(proxy.refused).toEqual([{ host, port: 80, why: "address" }]);
  });

  test.skipIf(!OWN_ADDRESS)("a listed name of a private network, called where it led when it was looked at", async () => {
    const site = openSite(OWN_ADDRESS, () => new Response("reached"));
    const answers = [[OWN_ADDRESS], ["127.0.0.1"]];
    const port = Number(site.split(":")[1]);
    const proxy = open([`rebound.example:${port}`], { lookup: async () => answers.shift() ?? [] });
    expect(await curl(proxy, `http://rebound.example:${port}/`)).toEqual({ code: 0, text: "reached" });
    expect(answers).toEqual([["127.0.0.1"]]);
  });

  test("a redirect is a request like any other", async () => {
    const site = openSite("127.0.0.2", () => Response.redirect("http://169.254.169.254/latest/meta-data/"));
    const proxy = open([site]);
    expect((await curl(proxy, "-L", `http://${site}/`)).text).toContain('may not reach "169.254.169.254"');
  });

  test("the host that was allowed is the one that is asked for, whatever the request says of it", async () => {
    const site = openSite("127.0.0.2", (request) => new Response(request.headers.get("host")));
    expect(await curl(open([site]), "-H", "Host: evil.example", `http://${site}/`)).toEqual({ code: 0, text: site });
  });

  test("a second request on the same line goes nowhere", async () => {
    const asked: string[] = [];
    const site = openSite("127.0.0.2", (request) => {
      asked.push(new URL(request.url).pathname);
      return new Response("one");
    });
    const get = (path: string, host: string) => `GET http://${site}${path} HTTP/1.1\r\nHost: ${host}\r\n${AUTHORIZED}\r\n\r\n`;
    const line = await call(open([site]).port, get("/first", site) + get("/second", "evil.example"));
    await waitFor("the end of the line", () => line.isOver());
    expect(asked).toEqual(["/first"]);
  });

  test("on a port of the machine only those with the run's password", async () => {
    const site = openSite("127.0.0.2", () => new Response("reached"));
    const proxy = open([site]);
    for (const who of ["", "ccm:wrong@", `ada:${PASSWORD}@`]) {
      expect((await curl({ url: `http://${who}127.0.0.1:${proxy.port}` }, `http://${site}/`)).text).toContain("password of this run");
    }
  });
});

describe("what it withstands", () => {
  test("a host that is not there, and a name that nobody knows", async () => {
    const proxy = open(["127.0.0.2:1", "nobody.example"], { lookup: () => Promise.reject(new Error("not found")) });
    expect((await curl(proxy, "http://127.0.0.2:1/")).text).toContain('"127.0.0.2" does not answer at port 1');
    expect((await curl(proxy, "http://nobody.example/")).text).toContain('Nobody knows an address of "nobody.example"');
  });

  test("one that speaks first, one that has said all, one that is slow to say what it wants", async () => {
    const greeter = Bun.listen<undefined>({
      hostname: "127.0.0.2",
      port: 0,
      allowHalfOpen: true,
      socket: {
        open: (line) => void line.write("hello "),
        data: (line, chunk) => void line.write(chunk),
        end(line) {
          line.write(" all");
          line.end();
        },
      },
    });
    afterThisTest(() => greeter.stop(true));
    const host = `127.0.0.2:${greeter.port}`;
    const { line, heard, isOver } = await call(open([host]).port);
    for (const piece of connect(host)) {
      line.write(piece);
      line.flush();
    }
    await waitFor("the greeting", () => heard().endsWith("\r\n\r\nhello "));
    line.write("that is");
    line.shutdown();
    await waitFor("the rest", () => heard().endsWith("hello that is all"));
    await waitFor("the end", () => isOver());
  });

  test("what is no request, and a head without an end", async () => {
    const proxy = open([]);
    const nonsense = await call(proxy.port, "\x16\x03\x01 nonsense\r\n\r\n");
    await waitFor("the answer", () => nonsense.heard().startsWith("HTTP/1.1 400 "));
    const endless = await call(proxy.port, `GET http://a/ HTTP/1.1\r\n${`X: ${"x".repeat(1_000)}\r\n`.repeat(40)}`);
    await waitFor("the answer", () => endless.heard().startsWith("HTTP/1.1 431 "));
  });

  test("a reader who does not read holds back the writer, and loses nothing", async () => {
    const BYTES = 64_000_000;
    const piece = new Uint8Array(1_000_000);
    let [sent, sentAt] = [0, 0];
    const site = openSite(
      "127.0.0.2",
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              if (sent >= BYTES) return controller.close();
              sent += piece.length;
              sentAt = performance.now();
              controller.enqueue(piece);
            },
          }),
        ),
    );
    let received = 0;
    let isOver = false;
    const line = await Bun.connect({
      hostname: "127.0.0.1",
      port: open([site]).port,
      socket: {
        data(_, chunk) {
          received += chunk.length;
        },
        close() {
          isOver = true;
        },
      },
    });
    line.write(`GET http://${site}/ HTTP/1.1\r\nHost: ${site}\r\n${AUTHORIZED}\r\n\r\n`);
    await waitFor("the first bytes", () => received > 0);
    line.pause();
    await waitFor("the writer to be held back", () => performance.now() - sentAt > 200);
    expect(sent).toBeLessThan(BYTES);
    line.resume();
    await waitFor("the end", () => isOver);
    expect(received).toBeGreaterThan(BYTES);
  });

  test("a thousand lines at once: some are told that there are too many, and afterwards all is well", async () => {
    const site = openSite("127.0.0.2", () => new Response("reached"));
    const proxy = open([site]);
    const crowd = await Promise.all(Array.from({ length: 1_000 }, () => call(proxy.port)));
    await waitFor("the answer to the last", () => crowd.at(-1)?.heard().startsWith("HTTP/1.1 503 ") ?? false);
    expect(crowd.filter(({ heard }) => heard() === "").length).toBeLessThanOrEqual(128);
    for (const { line } of crowd) line.terminate();
    await waitFor("room", async () => (await curl(proxy, `http://${site}/`)).text === "reached");
  });

  test("either end may go at any moment", async () => {
    const lines = new Set<object>();
    const host = Bun.listen<undefined>({
      hostname: "127.0.0.2",
      port: 0,
      socket: { open: (line) => void lines.add(line), close: (line) => void lines.delete(line), data: (line) => void line.terminate() },
    });
    afterThisTest(() => host.stop(true));
    const name = `127.0.0.2:${host.port}`;
    const proxy = open([name]);
    const [one, other] = [await call(proxy.port, connect(name)), await call(proxy.port, connect(name))];
    await waitFor("both", () => lines.size === 2 && one.heard() !== "" && other.heard() !== "");
    one.line.terminate();
    other.line.write("x\n");
    await waitFor("both ends", () => lines.size === 0 && other.isOver());
  });
});
