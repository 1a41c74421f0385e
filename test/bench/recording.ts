// A process as a host is: records lines of an agent while it knows a number of secrets, and prints µs a line and MB.
import { mkdirSync } from "node:fs";
import { createRecorder } from "../../src/agents/host/record.ts";
import { mulberry32 } from "../../src/kernel/ids.ts";
import { pathsAt } from "../../src/kernel/paths.ts";
import { createMatcher, printOf } from "../../src/kernel/prints.ts";
import { recognise } from "../../src/kernel/redact.ts";
import { spellingsOf } from "../../src/secrets/rules.ts";

const LINES = 5_000;
const [folder = "", secrets = "0"] = process.argv.slice(2);
const random = mulberry32(1);
const value = () => `ghp_${Array.from({ length: 36 }, () => Math.floor(random() * 36).toString(36)).join("")}`;
const prints = Array.from({ length: Number(secrets) }, (_, at) => ({
  name: `secret S${at}`,
  salt: "salt",
  prints: spellingsOf(value()).map((text) => printOf(text, "salt")),
}));
const run = pathsAt(folder).run(Number(secrets) + 1);
mkdirSync(run.output, { recursive: true });
recognise(createMatcher(prints));
const text = "Looking at src/kernel/events.ts: the reader keeps its cursor, and what follows is read in batches of 1,000. ".repeat(4);
const line = Buffer.from(`${JSON.stringify({ type: "assistant", message: { id: "msg_01", content: [{ type: "text", text }] } })}\n`);
const recorder = createRecorder(run, "stream-json", 1e9);
const reader = recorder.reader("output");
for (let i = 0; i < LINES / 5; i++) reader.push(line);
const start = process.cpuUsage();
for (let i = 0; i < LINES; i++) reader.push(line);
const { user } = process.cpuUsage(start); // Other processes take no part in that.
console.log(JSON.stringify({ us: user / LINES, mb: process.memoryUsage.rss() / 1e6 }));
