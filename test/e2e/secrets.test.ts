// A stored secret that an agent got hold of: it says it in every way there is, and nobody else ever sees it. Then it is scrubbed.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterThisTest } from "../support/clean-up.ts";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { git, SLOW_MS, type Task, waitForState } from "../support/home-with-project.ts";
import { waitFor } from "../support/wait.ts";
import { openWebSite, type WebSite } from "../web/site.ts";

const SECRET = 'Tr0ub4dor&3<x>\'s_"token"/v2';
const BASE64 = btoa(`me:${SECRET}`).slice(4, -4);
/** A token that nobody stored, in a place that no shape is looked for in: inside of a longer word. */
const ISSUED = `ghp_${"aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z"}`;

/** The agent finds the secret in a file of the repository, says it everywhere, and commits it. */
const AGENT = `
import base64, json, os, sys, urllib.request, urllib.parse
secret = open("found.txt", encoding="utf8").read()
say = lambda frame: print(json.dumps(frame), flush=True)
text = "I found " + secret + " and " + urllib.parse.quote(secret) + " and " + base64.b64encode(("me:" + secret).encode()).decode()
say({"type": "assistant", "message": {"content": [{"type": "text", "text": text}]}})
say({"type": "assistant", "message": {"content": [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "curl -d '" + json.dumps({"k": secret}) + "'"}}]}})
print("plain " + secret, flush=True)
print("error " + secret, file=sys.stderr, flush=True)
for length in range(4080, 4112):
    print("x" * length + secret + " " + "y" * 60000 + secret + "z" * 4096, flush=True)
body = json.dumps({"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "echo " + secret}}).encode()
request = urllib.request.Request(os.environ["CCM_RUN_URL"] + "/hook/PreToolUse", body, {"Authorization": "Bearer " + os.environ["CCM_RUN_TOKEN"], "Content-Type": "application/json"})
try:
    urllib.request.urlopen(request).read()
except Exception as error:
    print(error, flush=True)
open(os.path.join(os.environ["CCM_RUN_SPOOL"], "events.jsonl"), "a").write(json.dumps({"event": "PostToolUse", "body": {"said": secret}}) + "\\n")
open("leak.txt", "w", encoding="utf8").write("before\\n" + secret + "\\nafter\\n")
say({"type": "result", "subtype": "success", "result": "Done with " + secret, "session_id": "s"})
`;

/** Files below the home that hold the text, without what is the task's work. */
function filesWith(home: HomeUnderTest, text: string): string[] {
  const entries = readdirSync(home.paths.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/tasks\/\d+\/(?:tree|git|index)\//.test(path))
    .filter((path) => readFileSync(path).includes(text));
}

const clean = (text: string) => {
  for (const spelled of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), BASE64, Bun.escapeHTML(SECRET)])
    expect(text).not.toContain(spelled);
  return text;
};

async function openLeakySite(): Promise<WebSite> {
  const agent = { command: "python3", args: ["-c", AGENT], promptBy: "argument", output: "stream-json" };
  const site = await openWebSite("secrets", { config: Bun.YAML.stringify({ agents: { leaky: agent }, secrets: { store: "file" } }) });
  afterThisTest(() => site.home.remove());
  const repo = join(site.home.root, "repo");
  mkdirSync(repo);
  writeFileSync(join(repo, "found.txt"), SECRET);
  for (const words of [
    ["init", "-q", "-b", "main"],
    ["add", "."],
    ["commit", "-q", "-m", "First"],
  ])
    git(site.home, repo, ...words);
  await site.home.json("register-project", "--path", repo, "--name", "sample", "--agent", "leaky", "--approval", "ask");
  return site;
}

test(
  "is in no file, page, answer or terminal",
  async () => {
    const { home, url, cookie, token } = await openLeakySite();
    expect((await home.ccmWith({ stdin: SECRET }, "secret", "set", "DEMO")).code).toBe(0);
    const title = `About ${SECRET}`;
    const task = await home.json<Task>("create-task", "--project", "sample", "--title", title, "--prompt", `Use ${SECRET}.`);
    await waitForState(home, task, "approving");

    const events = readFileSync(home.paths.run(1).events, "utf8");
    for (const line of events.trim().split("\n")) JSON.parse(line);
    expect(events.split("[redacted secret DEMO]").length).toBeGreaterThan(8);
    // What a person typed is theirs until it is scrubbed; the order for the run repeats it.
    const persons = [home.paths.database, `${home.paths.database}-wal`, home.paths.run(1).spec];
    expect(filesWith(home, SECRET).filter((path) => !persons.includes(path))).toEqual([]);

    const pages = [
      "/",
      "/tasks",
      `/tasks/${task.id}`,
      `/tasks/${task.id}/diff`,
      `/tasks/${task.id}/log`,
      "/approvals",
      "/agents",
      "/projects",
      "/health",
      `/nowhere/${encodeURIComponent(SECRET)}`,
    ];
    for (const page of pages) clean(await (await fetch(url + page, { headers: { cookie } })).text());
    expect(await (await fetch(`${url}/tasks/${task.id}/diff`, { headers: { cookie } })).text()).toContain("[redacted secret DEMO]");
    for (const path of [
      "/tasks",
      `/tasks/${task.id}`,
      `/tasks/${task.id}/diff`,
      "/events?limit=100",
      "/runs",
      "/approvals",
      `/tasks/${encodeURIComponent(SECRET)}`,
    ])
      clean(await (await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).text());
    const words = [
      ["list-tasks"],
      ["task-status", String(task.id)],
      ["diff", String(task.id)],
      ["logs", String(task.id)],
      ["agent-status", String(task.id)],
      ["recent-results"],
      ["audit"],
    ];
    for (const line of words.flatMap((one) => [one, [...one, "--json"]])) {
      const ended = await home.ccm(...line);
      clean(ended.stdout + ended.stderr);
    }
  },
  SLOW_MS,
);

test(
  "that was stored too late is scrubbed from all of it while the daemon goes on",
  async () => {
    const { home } = await openLeakySite();
    const task = await home.json<Task>(
      "create-task",
      "--project",
      "sample",
      "--title",
      "Leak",
      "--prompt",
      `Use ${SECRET} and xx${ISSUED}.`,
    );
    await waitForState(home, task, "approving");
    expect(filesWith(home, JSON.stringify(SECRET).slice(1, -1))).toContain(home.paths.run(1).events);
    await home.ccmWith({ stdin: SECRET }, "secret", "set", "DEMO");
    const sizes = () => readdirSync(home.paths.run(1).output).map((name) => readFileSync(join(home.paths.run(1).output, name)).length);
    const before = { events: readFileSync(home.paths.run(1).events).length, output: sizes() };

    const dry = await home.json<{ kinds: Record<string, number> }>("scrub", "--dry-run");
    expect(dry.kinds["secret DEMO"]).toBeGreaterThan(60);
    const done = await home.json<{ proven: boolean; left: { place: string }[] }>("scrub");
    expect(done).toMatchObject({ proven: true, left: [{ place: `the tree of task ${task.id}` }] });
    for (const spelled of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), BASE64])
      expect(filesWith(home, spelled)).toEqual([]);
    expect({ events: readFileSync(home.paths.run(1).events).length, output: sizes() }).toEqual(before);
    for (const line of readFileSync(home.paths.run(1).events, "utf8").trim().split("\n")) JSON.parse(line);
    expect(await home.json<unknown[]>("scrub", "--dry-run")).toMatchObject({ places: [{ kind: "work" }] });

    expect(await home.json<unknown[]>("fsck")).toEqual([]);
    expect((await home.ccm("audit", "--verify")).code).toBe(0);
    await home.json("approve", String(task.id));
    await waitForState(home, task, "done");
  },
  SLOW_MS,
);

test(
  "does not get to an agent by a variable of its project",
  async () => {
    const { home } = await openLeakySite();
    await home.json("edit-project", "sample", "--env", `KEY=${SECRET}`);
    await home.ccmWith({ stdin: SECRET }, "secret", "set", "DEMO");
    const task = await home.json<Task>("create-task", "--project", "sample", "--title", "Use it", "--prompt", "Use KEY.");
    const ended = await waitForState(home, task, "failed");
    expect(ended.error?.message).toContain('"KEY" of "sample" holds the secret DEMO');
  },
  SLOW_MS,
);

test(
  "that is stored while an agent works is known to its host",
  async () => {
    const { home } = await openLeakySite();
    const agent = { command: "sh", args: ["-c", `while :; do cat found.txt; echo; sleep 0.1; done`], promptBy: "argument", output: "text" };
    await home.stopDaemon();
    writeFileSync(home.paths.config, Bun.YAML.stringify({ agents: { leaky: agent }, secrets: { store: "file" } }));
    await home.startDaemon();
    const task = await home.json<Task>("create-task", "--project", "sample", "--title", "Say it", "--prompt", "Say it.");
    const said = () => (existsSync(home.paths.run(1).events) ? readFileSync(home.paths.run(1).events, "utf8") : "");
    await waitFor("the agent to say it", () => said().includes(JSON.stringify(SECRET)));
    await home.ccmWith({ stdin: SECRET }, "secret", "set", "DEMO");
    await waitFor("its host to know it", () => said().includes("[redacted secret DEMO]"));
    expect(said().slice(said().indexOf("[redacted secret DEMO]"))).not.toContain(JSON.stringify(SECRET));
    await home.json("cancel-task", String(task.id));
  },
  SLOW_MS,
);
