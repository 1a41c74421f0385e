// The door of the page, attacked on a daemon of the built executable: each request of the table, byte for byte.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { version } from "../../package.json" with { type: "json" };
import { binary } from "../support/binary.ts";
import { ATTACKS } from "./door-attacks.ts";
import { type Answered, exchange, header, request } from "./raw.ts";
import { openWebSite, type WebSite } from "./site.ts";

let site: WebSite;
beforeAll(async () => {
  binary();
  site = await openWebSite("door");
}, 120_000);
afterAll(() => site.home.remove());

describe.each(ATTACKS)("attacks by %s", (_, attacks) => {
  test.each(attacks.map((attack) => [attack.name, attack] as const))("%s", async (_name, { send, status, says }) => {
    const answer = await exchange(site.port, send(site));
    expect([status].flat()).toContain(answer.status);
    if (says) expect(`${answer.head}\n${answer.body}`).toContain(says);
    expectNothingLeaks(answer);
  });
});

test("after all of that, who was signed in still is, and nobody else", async () => {
  expect(await exchange(site.port, request("GET /", site.host, [`Cookie: ${site.cookie}`]))).toMatchObject({ status: 200 });
  expect(await site.home.json<unknown[]>("web", "sessions")).toHaveLength(1);
  expect(await site.home.json<unknown[]>("list-tasks")).toEqual([]);
});

/** What an answer to an attacker never has in it, and what every answer with a body has. */
function expectNothingLeaks(answer: Answered): void {
  const whole = `${answer.head}\r\n\r\n${answer.body}`;
  const secrets = [site.token, site.cookie.split("=")[1] ?? "", site.home.root, "root:x:0", "<script>alert", "Elysia", "node_modules"];
  expect(secrets.filter((secret) => whole.includes(secret))).toEqual([]);
  const told = ["set-cookie", "server", "x-powered-by", "access-control-allow-origin", "strict-transport-security", "x-evil"];
  expect(told.filter((name) => header(answer, name) !== undefined)).toEqual([]);
  expect(/\bat \S+:\d+:\d+/.exec(answer.body)).toBeNull();
  if (answer.body === "") return;
  expect(header(answer, "content-security-policy")).toStartWith("default-src 'none'; script-src 'self'");
  expect(header(answer, "x-content-type-options")).toBe("nosniff");
  expect(header(answer, "x-frame-options")).toBe("DENY");
  expect(header(answer, "cache-control")).toMatch(/^(?:no-store|private, max-age=31536000, immutable)$/);
  if (answer.status === 401) expect(answer.body).not.toContain(version);
}
