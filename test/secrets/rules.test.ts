// What may be a secret, and that it is recognised however programs spell it.
import { afterEach, describe, expect, test } from "bun:test";
import { createMatcher, NO_MATCHER, printOf } from "../../src/kernel/prints.ts";
import { recognise, redact, redactPatch, redactStored, storedIn } from "../../src/kernel/redact.ts";
import { judgeName, judgeUses, judgeValue, spellingsOf } from "../../src/secrets/rules.ts";

const SALT = "salt";

function store(name: string, value: string): void {
  recognise(createMatcher([{ name: `secret ${name}`, salt: SALT, prints: spellingsOf(value).map((text) => printOf(text, SALT)) }]));
}

afterEach(() => recognise(NO_MATCHER));

const AWKWARD = `p"ä\\ss'/wörd<&>+=? %1`;
const PLAIN = "hunter2hunter3";

type Spell = (value: string) => string;
const spellings: [string, Spell][] = [
  ["as it is", (value) => value],
  ["in JSON", (value) => JSON.stringify({ a: value })],
  ["in JSON in JSON", (value) => JSON.stringify({ a: JSON.stringify({ b: value }) })],
  ["in JSON as Go writes it", (value) => JSON.stringify(value).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
  ["in JSON as PHP writes it", (value) => JSON.stringify(value).replaceAll("/", "\\/")],
  ["in an address", (value) => `https://example.org/?q=${encodeURIComponent(value)}&x=1`],
  ["in a form", (value) => new URLSearchParams({ q: value }).toString()],
  ["in HTML", (value) => `<p title="${Bun.escapeHTML(value)}">`],
  ["in a shell's quotes", (value) => `echo '${value.replaceAll("'", `'\\''`)}'`],
  ["in base64", (value) => btoa(Buffer.from(value).toString("latin1"))],
  ["in Basic authorization", (value) => Buffer.from(`me:${value}`).toString("base64")],
  ["in base64 behind two bytes", (value) => Buffer.from(`ab${value}xyz`).toString("base64")],
  ["in base64 for addresses", (value) => Buffer.from(`a${value}`).toString("base64url")],
  ["in hexadecimal", (value) => Buffer.from(value).toString("hex")],
  ["in capital hexadecimal", (value) => Buffer.from(value).toString("hex").toUpperCase()],
  ["as bytes", (value) => Buffer.from(value).toString("latin1")],
];

describe.each([
  ["a plain one", PLAIN],
  ["an awkward one", AWKWARD],
])("%s", (_, value) => {
  test.each(spellings)("is recognised %s", (_how, spell) => {
    store("DEMO", value);
    const text = `before ${spell(value)} after`;
    const rest = redactStored(text);
    expect(rest).toContain("[redacted secret DEMO]");
    expect(rest.startsWith("before ") && rest.endsWith(" after")).toBe(true);
    // Base64 keeps what depends on its neighbours.
    const left = rest.replace("[redacted secret DEMO]", "");
    expect(left.length).toBeLessThan(text.length - value.length + 6);
    expect(redactStored(rest)).toBe(rest);
  });
});

test("as Python writes JSON, in ASCII", () => {
  store("DEMO", AWKWARD);
  const ascii = JSON.stringify({ a: AWKWARD }).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  expect(redactStored(ascii)).toBe('{"a": "[redacted secret DEMO]"}'.replace(" ", ""));
});

test("of a key in a file each line goes by itself, but no line that every key has", () => {
  const lines = [
    "-----BEGIN OPAQUE THING-----",
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU",
    "AAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz",
    "}",
    "-----END OPAQUE THING-----",
  ];
  store("FILE", lines.join("\n"));
  expect(redactStored(lines.join("\n"))).toBe("[redacted secret FILE]");
  expect(lines.map(redactStored)).toEqual([lines[0] ?? "", "[redacted secret FILE]", "[redacted secret FILE]", "}", lines[4] ?? ""]);
});

test("a long one goes whole, and as one", () => {
  const long = Array.from({ length: 400 }, (_, at) => `part-${at}.`).join("");
  store("LONG", long);
  expect(redactStored(`<${long}>`)).toBe("<[redacted secret LONG]>");
  expect(redactStored(`<${long.slice(0, -1)}>`).length).toBeLessThan(600); // All but the last piece.
});

test("what a text holds can be said by name", () => {
  store("DEMO", PLAIN);
  expect([storedIn(`a ${PLAIN}`), storedIn("a")]).toEqual(["secret DEMO", null]);
});

test.each([
  ["base64", (value: string) => btoa(`${value}\n`), 76],
  ["openssl base64", (value: string) => btoa(value), 64],
  ["xxd -p", (value: string) => Buffer.from(value).toString("hex"), 60],
])("a long one goes from each line of `%s`", (_, encode, width) => {
  const long = `glsecret-${"aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z".repeat(5)}`;
  store("LONG", long);
  const lines = encode(long).match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(redactStored(line).replace("[redacted secret LONG]", "").length).toBeLessThan(9);
});

describe("is recognised though something unseen stands in it", () => {
  const half = (between: string) => (value: string) => `${value.slice(0, 6)}${between}${value.slice(6)}`;
  test.each<[string, Spell]>([
    ["the colours of a match", half("\x1b[01;31m\x1b[K")],
    ["colours in JSON", (value) => JSON.stringify({ a: half("\x1b[0m")(value) })],
    ["a space of no width", half("\u200b")],
    ["UTF-16", (value) => Buffer.from(`${value}\n`, "utf16le").toString("latin1")],
    ["UTF-16 in JSON", (value) => JSON.stringify([...value].join("\0"))],
  ])("%s", (_, spell) => {
    store("DEMO", PLAIN);
    const rest = redactStored(`\x1b[1mbefore\x1b[0m ${spell(PLAIN)} \x1b[1mafter\x1b[0m`);
    expect(rest).toContain("[redacted secret DEMO]");
    expect(rest).not.toContain(PLAIN.slice(0, 4));
    expect(rest).not.toContain(PLAIN.slice(-4));
    expect(rest.startsWith("\x1b[1mbefore\x1b[0m ") && rest.endsWith(" \x1b[1mafter\x1b[0m")).toBe(true);
  });

  test("text that only looks cut apart stays as it is", () => {
    store("DEMO", PLAIN);
    for (const text of ["\x1b[31mred\x1b[0m", "a\0b\0c", '"\\\\u001b[31m"', "HOME=/root\0TERM=dumb\0"]) expect(redact(text)).toBe(text);
  });
});

test("marks of shapes and of stored ones leave each other alone", () => {
  store("DEMO", "ghp_0123456789abcdefghijABCDEFGHIJ");
  expect(redact("TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ")).toBe("TOKEN=[redacted secret DEMO]");
});

test("a change that is judged keeps its lines and signs", () => {
  const key = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-----END PRIVATE KEY-----"];
  const patch = `@@ -1 +1,4 @@\n-old\n+const key = "${`sk-${"a1b2c3d4e5f6g7h8"}`}";\n${key.map((line) => `+${line}`).join("\n")}\n API_KEY=changeme99\n`;
  expect(redactPatch(patch).split("\n")).toEqual([
    "@@ -1 +1,4 @@",
    "-old",
    '+const key = "[redacted API key]";',
    ...["+[redacted private key]", "+[redacted private key]", "+[redacted private key]"],
    " API_KEY=changeme99",
    "",
  ]);
});

test.each(["GITHUB_TOKEN", "a", "_x9"])("%s is a name", (name) => expect(judgeName(name)).toBeNull());
test.each(["", "9a", "a-b", "a b", "ä", "x".repeat(65)])("%p is no name", (name) =>
  expect(judgeName(name)?.message).toContain(`"${name}"`),
);
test("a value on the command line is not repeated", () => {
  expect(judgeName("TOKEN=hunter2hunter2")?.message).not.toContain("hunter2");
});
test.each(["automation:notify", "integration:github"])("%s gets secrets", (use) => expect(judgeUses([use])).toBeNull());
test.each(["agent:claude", "automation:", "automation:A", "*", "automation:x y"])("%s gets none", (use) =>
  expect(judgeUses(["automation:ok", use])?.message).toContain(`"${use}"`),
);
test.each([
  ["short", "a1b2c3d"],
  ["of few characters", "abababababab"],
  ["too long", "a1b2c3d4".repeat(2_000)],
  ["with a NUL", "a1b2c3d4\0x"],
])("a value that is %s is refused without being shown", (_, value) => {
  expect(judgeValue(value)?.code).toBe("invalid");
  expect(`${judgeValue(value)?.message}${judgeValue(value)?.hint}`).not.toContain(value);
});
