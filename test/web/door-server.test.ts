// The page's server when the way to it is crowded, taken, encrypted or gone: the work goes on, and each of it is said.
import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { addTask, furnish, SLOW_MS, waitForState } from "../support/home-with-project.ts";
import { testWith } from "../support/programs.ts";
import { waitFor } from "../support/wait.ts";
import { exchange, header, request } from "./raw.ts";
import { openWebSite, pageUrl, type WebSite } from "./site.ts";

beforeAll(() => {
  binary();
}, 120_000);

let home: HomeUnderTest;
afterEach(() => home.remove());

async function newSite(settings: Parameters<typeof openWebSite>[1] = {}): Promise<WebSite> {
  const site = await openWebSite("server", settings);
  home = site.home;
  return site;
}

describe("connections that are held", () => {
  test(
    "a thousand half requests keep nobody from the page or the work, and are hung up on",
    async () => {
      const site = await newSite();
      const held = await hold(site.port, 1_000, `GET / HTTP/1.1\r\nHost: ${site.host}\r\n`);
      const before = performance.now();
      expect((await exchange(site.port, request("GET /", site.host, [`Cookie: ${site.cookie}`]))).status).toBe(200);
      expect(performance.now() - before).toBeLessThan(5_000);
      expect((await home.ccm("health")).code).toBe(0);
      const isOver = () => {
        for (const socket of held.open().slice(0, 10)) socket.write("x"); // However they go on: a letter a look.
        return held.open().length === 0;
      };
      await waitFor("the end of slow requests", isOver, SLOW_MS);
    },
    2 * SLOW_MS,
  );

  testWith("prlimit")(
    "more than the daemon may open makes the page rest, not the work",
    async () => {
      home = openHome("crowd", ["prlimit", "--nofile=220:220"]);
      await furnish(home);
      await home.startDaemon();
      const port = Number(new URL(await pageUrl(home)).port);
      await hold(port, 150, "GET / HTTP/1.1\r\n");
      const rest = await waitFor("the rest", async () => {
        const { daemon } = await home.json<{ daemon: { web: { fault?: string } } }>("status");
        return daemon.web.fault;
      });
      expect(rest).toMatch(/^The page rests for 5 s: there were \d+ connections and files\.$/);
      await waitForState(home, await addTask(home, "meanwhile"), "done");
      expect(await pageUrl(home)).toStartWith("http://127.0.0.1:");
    },
    2 * SLOW_MS,
  );
});

describe("a port that is taken", () => {
  test(
    "is said wherever somebody looks, stops no work, and is used when it is free",
    async () => {
      const { server, port } = await occupy();
      home = openHome("taken");
      await furnish(home);
      await home.startDaemon({ CCM_WEB_PORT: String(port) });
      const fault = `The page cannot listen on 127.0.0.1 port ${port}: process ${process.pid}`;
      for (const words of [["status"], ["health"], ["start"]])
        expect((await home.ccm(...words)).stdout.replace(/\s+/g, " ")).toContain(fault);
      const opened = await home.ccm("open");
      expect({ code: opened.code, why: opened.stderr }).toEqual({ code: 5, why: expect.stringContaining(fault) });
      await waitForState(home, await addTask(home, "meanwhile"), "done");
      server.close();
      expect(await pageUrl(home)).toBe(`http://127.0.0.1:${port}`);
      expect((await home.ccm("open")).code).toBe(0);
    },
    2 * SLOW_MS,
  );

  test(
    "ends all sessions: whoever had it was shown the cookies of open tabs",
    async () => {
      const site = await newSite();
      await home.stopDaemon();
      const { server } = await occupy(site.port);
      await home.startDaemon({ CCM_WEB_PORT: String(site.port) });
      server.close();
      await pageUrl(home);
      expect((await exchange(site.port, request("GET /", site.host, [`Cookie: ${site.cookie}`]))).status).toBe(401);
      expect(await home.json<unknown[]>("web", "sessions")).toEqual([]);
    },
    SLOW_MS,
  );
});

describe("beyond this machine", () => {
  const settings: [string, string, string][] = [
    ["in the clear", "web:\n  bind: 0.0.0.0\n", '"web.bind" is "0.0.0.0", so the page would go over the network in the clear.'],
    ["behind a proxy without a name", "web:\n  proxy: true\n", '"web.proxy" is true, and "web.hosts" names no host.'],
  ];

  test.each(settings)("%s nothing starts", async (_, config, why) => {
    home = openHome("beyond");
    await home.json("init", "--yes");
    writeFileSync(home.paths.config, config);
    for (const words of [["start"], ["config", "check"]]) {
      const { code, stderr } = await home.ccm(...words);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
      expect(stderr).toContain("hosts: [ccm.example]");
    }
  });

  testWith("openssl")(
    "with TLS the cookie stays with it, and browsers are told to",
    async () => {
      home = openHome("tls");
      await home.json("init", "--yes");
      const [key, cert] = [join(home.root, "key.pem"), join(home.root, "cert.pem")];
      const subject = ["-subj", "/CN=ccm.test", "-addext", "subjectAltName=DNS:ccm.test"];
      Bun.spawnSync(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", cert, ...subject]);
      writeFileSync(home.paths.config, `web:\n  bind: 0.0.0.0\n  hosts: [ccm.test]\n  tls:\n    cert: ${cert}\n    key: ${key}\n`);
      await home.startDaemon();
      const port = new URL(await pageUrl(home)).port;
      expect(await pageUrl(home)).toBe(`https://ccm.test:${port}`);
      const { url } = await home.json<{ url: string }>("open");
      const link = new URL(url).searchParams.get("link") ?? "";

      const tls = { ca: readFileSync(cert, "utf8"), serverName: "ccm.test" };
      const options = { method: "POST", body: `link=${link}`, redirect: "manual", tls } as const;
      const headers = { host: `ccm.test:${port}`, "content-type": "application/x-www-form-urlencoded", origin: `https://ccm.test:${port}` };
      const answer = await fetch(`https://127.0.0.1:${port}/sign-in`, { ...options, headers });
      expect(answer.status).toBe(303);
      expect(answer.headers.get("set-cookie")).toMatch(
        /^__Host-ccm_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=15552000; Secure$/,
      );
      expect(answer.headers.get("strict-transport-security")).toBe("max-age=15552000");
      const inTheClear = await exchange(Number(port), request("GET /", `ccm.test:${port}`));
      expect([0, 400]).toContain(inTheClear.status);
    },
    SLOW_MS,
  );

  test("behind a proxy the settings say how browsers come, not what a request claims", async () => {
    const site = await newSite({
      env: { CCM_WEB_PORT: String(await freePort()) },
      config: "web:\n  proxy: true\n  hosts: [ccm.example]\n",
    });
    const ask = (...headers: string[]) =>
      exchange(site.port, request("POST /sign-in", "", ["Host: ccm.example", FORM, ...headers], `link=`));
    expect((await ask("Origin: https://ccm.example")).status).toBe(401);
    expect((await ask("Origin: http://ccm.example", "X-Forwarded-Proto: http")).status).toBe(403);
    const link = await site.link();
    const proxied = await exchange(
      site.port,
      request("POST /sign-in", "", ["Host: ccm.example", FORM, "X-Forwarded-Proto: http"], `link=${link}`),
    );
    expect(header(proxied, "set-cookie")).toMatch(/^__Host-ccm_\d+=.*; Secure$/);
    expect(header(proxied, "strict-transport-security")).toBe("max-age=15552000");
    const direct = await exchange(
      site.port,
      request("POST /sign-in", site.host, [FORM, "X-Forwarded-Proto: https"], `link=${await site.link()}`),
    );
    expect(header(direct, "set-cookie")).toMatch(/^ccm_\d+=[^;]*; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    expect(header(direct, "strict-transport-security")).toBeUndefined();
  });
});

describe("who is signed in", () => {
  const FORM_OF = (site: WebSite) => [FORM, `Cookie: ${site.cookie}`];

  test("still is after the daemon was started again, and so is the token", async () => {
    const site = await newSite();
    await home.stopDaemon();
    await home.startDaemon({ CCM_WEB_PORT: String(site.port) });
    for (const proof of [`Cookie: ${site.cookie}`, `Authorization: Bearer ${site.token}`])
      expect((await exchange(site.port, request("GET /", site.host, [proof]))).status).toBe(200);
  });

  test("is no longer after another token was made, or they were signed out", async () => {
    const site = await newSite();
    const { token } = await home.json<{ token: string }>("web", "token", "--new");
    const bearer = (secret: string) => exchange(site.port, request("GET /", site.host, [`Authorization: Bearer ${secret}`]));
    expect([(await bearer(site.token)).status, (await bearer(token)).status]).toEqual([401, 200]);
    await home.json("web", "sign-out", "--all");
    expect((await exchange(site.port, request("GET /", site.host, [`Cookie: ${site.cookie}`]))).status).toBe(401);
  });

  test(
    "is hung up on when they are signed out while their page is live",
    async () => {
      const site = await newSite();
      const stream = await fetch(`${site.url}/live?page=/`, { headers: { cookie: site.cookie } });
      expect(stream.status).toBe(200);
      await home.json("web", "sign-out", "--all");
      await stream.text();
    },
    SLOW_MS,
  );

  test("signs out with the page's form, and is sent to the sign-in", async () => {
    const site = await newSite();
    const page = await exchange(site.port, request("GET /", site.host, [`Cookie: ${site.cookie}`]));
    const csrf = /name="csrf" value="([\w-]+)"/.exec(page.body)?.[1] ?? "";
    const answer = await exchange(site.port, request("POST /sign-out", site.host, FORM_OF(site), `csrf=${csrf}`));
    expect([answer.status, header(answer, "location")]).toEqual([303, "/sign-in"]);
    expect(header(answer, "set-cookie")).toMatch(/^ccm_\d+=; .*Max-Age=0$/);
    expect((await exchange(site.port, request("GET /", site.host, [`Cookie: ${site.cookie}`]))).status).toBe(401);
  });
});

test("who is not signed in is told the same at every address", async () => {
  const site = await newSite();
  const told = async (path: string) => {
    const { head, body } = await exchange(site.port, request(`GET ${path}`, site.host, ["Accept: text/html"]));
    return head.replace(/^date: .*$/im, "") + body;
  };
  const first = await told("/");
  for (const path of [
    "/tasks/1",
    "/tasks/999999",
    "/no-such-page",
    "/assets/ccm.css",
    "/assets/no-such-asset",
    "/live",
    "/sign-out",
    "/sign-in",
  ])
    expect([path, await told(path)]).toEqual([path, first]);
});

test("HEAD is answered like GET, without a body", async () => {
  const site = await newSite();
  for (const path of ["/", "/assets/ccm.css", "/no-such-page", "/live?page=/", "/api/v1/tasks"]) {
    const [read, head] = await Promise.all(
      ["GET", "HEAD"].map(async (method) => {
        const answer = await fetch(site.url + path, { method, headers: { cookie: site.cookie } });
        if (method === "GET") await answer.body?.cancel();
        return answer;
      }),
    );
    expect([path, head?.status, head?.headers.get("content-type")]).toEqual([
      path,
      read?.status,
      read?.headers.get("content-type"),
    ] as never);
    expect(await head?.text()).toBe("");
  }
});

const FORM = "Content-Type: application/x-www-form-urlencoded";

/** Opens so many connections and sends each the same; `open` gives those that the server has not hung up on. */
async function hold(port: number, count: number, bytes: string): Promise<{ open(): Socket[] }> {
  const sockets = Array.from({ length: count }, () => connect(port, "127.0.0.1"));
  afterThisTest(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.on("connect", () => socket.write(bytes, () => resolve()));
          socket.on("error", () => resolve());
          socket.resume();
        }),
    ),
  );
  return { open: () => sockets.filter((socket) => !socket.destroyed && !socket.readableEnded) };
}

/** Another program has a port: this one. */
async function occupy(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer();
  afterThisTest(() => void server.close());
  await waitFor(
    "the port",
    () => new Promise<boolean>((resolve) => server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true))),
  );
  return { server, port: (server.address() as { port: number }).port };
}

async function freePort(): Promise<number> {
  const { server, port } = await occupy();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
