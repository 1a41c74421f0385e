// Secrets that must go, and look-alikes that must stay. Each secret is put together here, so that no scanner finds one.
import { describe, expect, test } from "bun:test";
import { redact, redactDeep } from "../../src/kernel/redact.ts";

const letters = (count: number) => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z".repeat(8).slice(0, count);

const secrets: [string, string, string][] = [
  ["Anthropic key", `sk-ant-${"api03"}-${letters(40)}`, "API key"],
  ["OpenAI key", `sk-proj-${letters(48)}`, "API key"],
  ["Stripe key", `sk_${"live"}_${letters(24)}`, "API key"],
  ["Google key", `AIza${letters(35)}`, "API key"],
  ["GitHub classic token", `ghp_${letters(36)}`, "GitHub token"],
  ["GitHub server token", `ghs_${letters(36)}`, "GitHub token"],
  ["GitHub fine-grained token", `github_pat_${letters(22)}_${letters(59)}`, "GitHub token"],
  ["GitLab token", `glpat-${letters(20)}`, "GitLab token"],
  ["npm token", `npm_${letters(36)}`, "npm token"],
  ["Slack bot token", `xoxb-123456789012-${letters(24)}`, "Slack token"],
  ["AWS key id", `AKIA${"ABCDEFGHIJKLMNOP"}`, "AWS key"],
  ["Supabase secret", `sb_secret_${letters(31)}`, "Supabase key"],
  ["Telegram token", `123456789:${letters(35)}`, "Telegram token"],
  ["JWT", `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`, "JWT"],
];

describe("a secret goes", () => {
  test.each(secrets)("%s", (_, secret, kind) => {
    for (const text of [secret, `key=${secret}\n`, `{"a":"${secret}"}`, `(${secret})`, `export X='${secret}'`]) {
      const out = redact(text);
      expect(out).not.toContain(secret);
      expect(out).not.toContain(secret.slice(-12));
    }
    expect(redact(`before ${secret} after`)).toBe(`before [redacted ${kind}] after`);
  });

  test("private keys, whole and torn off", () => {
    const body = `${letters(64)}\n${letters(64)}\n`;
    const key = `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----\n${body}-----END OPENSSH ${"PRIVATE"} KEY-----`;
    expect(redact(`a\n${key}\nb`)).toBe("a\n[redacted private key]\nb");
    expect(redact(key.slice(0, 90))).toBe("[redacted private key]");
  });

  test("credentials in headers, addresses and assignments keep what is around them", () => {
    expect(redact(`Authorization: Bearer ${letters(30)}`)).toBe("Authorization: Bearer [redacted credentials]");
    expect(redact(`curl -H "authorization: basic ${letters(20)}"`)).toBe('curl -H "authorization: basic [redacted credentials]"');
    expect(redact(`sent bearer ${letters(30)} to it`)).toBe("sent bearer [redacted bearer token] to it");
    expect(redact("postgres://app:hunter2@db:5432/x")).toBe("postgres://app:[redacted password]@db:5432/x");
    expect(redact(`https://${letters(40)}@github.com/a/b`)).toBe("https://[redacted token]@github.com/a/b");
    expect(redact(`DB_PASSWORD=${"correct-horse"}`)).toBe("DB_PASSWORD=[redacted secret]");
    expect(redact(`AWS_SECRET_ACCESS_KEY="${letters(40)}"`)).toBe('AWS_SECRET_ACCESS_KEY="[redacted secret]"');
    expect(redact(`https://hooks.slack.com/services/T000/B000/${letters(24)}`)).toBe("https://hooks.slack.com/services/[redacted webhook]");
  });

  test("several in one text, and twice over changes nothing more", () => {
    const text = secrets.map(([, secret]) => secret).join("\n");
    const once = redact(text);
    for (const [, secret] of secrets) expect(once).not.toContain(secret);
    expect(redact(once)).toBe(once);
  });
});

test.each([
  "9fceb02d0ae598e95dc970b74767f19372d61af8",
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "0190163d-8694-739b-aea5-966c26f8ad91",
  "https://github.com/owner/name/commit/9fceb02d0ae598e95dc970b74767f19372d61af8",
  "git@github.com:owner/name.git and ssh://git@host:22/x.git",
  "task-sketch-of-a-new-login-page.md",
  "the bearer of good news arrived, bearer authentication is on",
  "const TOKEN = process.env.TOKEN; if (!TOKEN) throw new Error();",
  "PASSWORD=$DB_PASSWORD npm test",
  "sha512-Qm9yaW5nIGludGVncml0eSB2YWx1ZSBvZiBhIGxvY2sgZmlsZQ==",
  "npm_config_registry=https://registry.npmjs.org/",
  "12:34:56.789 at src/kernel/redact.ts:10:5",
  "max_tokens: 4096, TOKENS: 12",
  "2030-01-01T00:00:00.000Z http://127.0.0.1:8765/tasks/7?after=3#log",
])("%s stays", (text) => {
  expect(redact(text)).toBe(text);
});

test("fields with a secret's name are emptied, others are looked into", () => {
  const secret = secrets[0]?.[1] ?? "";
  expect(redactDeep({ password: "x", apiKey: "y", token: "", tokens: 3, list: [{ note: secret }] })).toEqual({
    password: "[redacted secret]",
    apiKey: "[redacted secret]",
    token: "",
    tokens: 3,
    list: [{ note: "[redacted API key]" }],
  });
});

test("no pattern backtracks without end on a megabyte of hostile text", () => {
  for (const piece of ["a:", "-----BEGIN PRIVATE KEY-----", "sk-", "eyJ", "https://a:", "SECRET=", "xoxb-a", "bearer "]) {
    const text = piece.repeat(1_000_000 / piece.length);
    const start = performance.now();
    redact(text);
    expect(performance.now() - start).toBeLessThan(2_000);
  }
});
