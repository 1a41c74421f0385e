// `ccm hook`, as an agent starts it, beside an empty program and beside the scripts that people write: whole processes, processor time.
import { HOOK_ENGINE } from "../../src/hooks/claude-settings.ts";
import { listen } from "../../src/hooks/endpoint.ts";
import { binary } from "../support/binary.ts";
import { emptyProgram } from "./commands.ts";
import { inTurn, type Series } from "./measure.ts";
import { clear, place } from "./places.ts";
import { ms, type Row, row, times } from "./row.ts";

const ROUNDS = 31;
const TOKEN = "0123456789abcdef";
const BODY = JSON.stringify({
  session_id: "ab97939e-b91d-44d5-8d3d-25a06dc40473",
  transcript_path: "/home/dev/.claude/projects/-home-dev-ccm/ab97939e-b91d-44d5-8d3d-25a06dc40473.jsonl",
  cwd: "/home/dev/ccm",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: "npm test", description: "Run the tests" },
  tool_use_id: "toolu_b183adb2f4ce42d380d81b3d",
});

const NODE_RECORDS = `const fs = require("fs");
const body = JSON.parse(fs.readFileSync(0, "utf8"));
fs.appendFileSync(process.env.CCM_RUN_SPOOL + "/node.jsonl", JSON.stringify({ event: "PostToolUse", at: Date.now(), body }) + "\\n");`;
const NODE_ASKS = `const body = require("fs").readFileSync(0);
fetch(process.env.CCM_RUN_URL + "/hook/PreToolUse", { method: "POST", body, headers: { Authorization: "Bearer " + process.env.CCM_RUN_TOKEN } })
  .then((response) => response.text()).then((text) => { process.stdout.write(text); process.exit(0); });`;
const PYTHON_RECORDS = `import json, os, sys, time
with open(os.environ["CCM_RUN_SPOOL"] + "/python.jsonl", "a") as spool:
    spool.write(json.dumps({"event": "PostToolUse", "at": time.time(), "body": json.load(sys.stdin)}) + "\\n")`;
const PYTHON_ASKS = `import os, sys, urllib.request
headers = {"Authorization": "Bearer " + os.environ["CCM_RUN_TOKEN"]}
request = urllib.request.Request(os.environ["CCM_RUN_URL"] + "/hook/PreToolUse", sys.stdin.buffer.read(), headers)
sys.stdout.write(urllib.request.urlopen(request).read().decode())`;
const BASH_RECORDS = `jq -c '{event: "PostToolUse", at: now, body: .}' >> "$CCM_RUN_SPOOL/bash.jsonl"`;
const BASH_ASKS = `body=$(cat); [ "$(jq -r .tool_name <<< "$body")" = Bash ] &&
curl -s -H "Authorization: Bearer $CCM_RUN_TOKEN" --data-binary @- "$CCM_RUN_URL/hook/PreToolUse" <<< "$body"`;

type Rival = "node" | "python3" | "bash + jq + curl";
const PYTHON = pythonItself();
const RIVALS: Record<Rival, { needs: string[]; records: string[]; asks: string[] }> = {
  node: { needs: ["node"], records: ["node", "--eval", NODE_RECORDS], asks: ["node", "--eval", NODE_ASKS] },
  python3: { needs: ["python3"], records: [PYTHON, "-c", PYTHON_RECORDS], asks: [PYTHON, "-c", PYTHON_ASKS] },
  "bash + jq + curl": { needs: ["bash", "jq", "curl"], records: ["bash", "-c", BASH_RECORDS], asks: ["bash", "-c", BASH_ASKS] },
};

export async function hooks(): Promise<Row[]> {
  const folder = place();
  const endpoint = listen({ token: TOKEN, onHook: () => ({}) });
  try {
    const env = { PATH: process.env.PATH ?? "", CCM_RUN: "1", CCM_RUN_URL: endpoint.url, CCM_RUN_TOKEN: TOKEN, CCM_RUN_SPOOL: folder };
    const empty = [await emptyProgram(folder, "")];
    const rivals = (Object.keys(RIVALS) as Rival[]).filter((name) => RIVALS[name].needs.every((program) => Bun.which(program)));
    const measure = (kind: "records" | "asks", event: string) =>
      inTurn(ROUNDS, {
        empty: () => cpuWithInput(empty, env),
        hook: () => cpuWithInput([binary(), "hook", event], { ...env, ...HOOK_ENGINE }),
        compiling: () => cpuWithInput([binary(), "hook", event], env),
        ...Object.fromEntries(rivals.map((name) => [name, () => cpuWithInput(RIVALS[name][kind], env)])),
      });
    return [
      line("ccm hook that records", 1.3, await measure("records", "PostToolUse"), rivals),
      line("ccm hook that must answer, host reachable", 1.8, await measure("asks", "PreToolUse"), rivals),
    ];
  } finally {
    endpoint.close();
    await clear(folder);
  }
}

/** Version managers put a script of their own in front of python. */
function pythonItself(): string {
  const asked = Bun.which("python3") ? Bun.spawnSync(["python3", "-c", "import sys; print(sys.executable)"]).stdout.toString().trim() : "";
  return asked || "python3";
}

function line(what: string, budget: number, cpu: Series<string>, rivals: readonly Rival[]): Row {
  const others = rivals.map((name) => `${name} ${times(cpu.ratio(name, "empty"))}`);
  const missing = (Object.keys(RIVALS) as Rival[]).filter((name) => !rivals.includes(name)).map((name) => `${name} not installed`);
  const ratio = cpu.ratio("hook", "empty");
  return row(
    what,
    `≤ ${budget} × an empty program`,
    `${times(ratio)} (${ms(cpu.of("hook"))} of processor)`,
    [`empty program ${ms(cpu.of("empty"))}`, `compilers on ${times(cpu.ratio("compiling", "empty"))}`, ...others, ...missing].join(", "),
    ratio <= budget,
  );
}

/** Processor time in ms of a whole process, and of those it waited for, with a hook as its input; it must succeed. */
async function cpuWithInput(argv: string[], env: Record<string, string>): Promise<number> {
  const child = Bun.spawn(argv, { env, stdin: Buffer.from(BODY), stdout: "pipe", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`${argv[0]} ended with ${child.exitCode}.`);
  return Number(child.resourceUsage()?.cpuTime.total) / 1_000;
}
