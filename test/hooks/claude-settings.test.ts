// The settings that point Claude Code at its host: every event that it can tell without changing what it does.
import { expect, test } from "bun:test";
import { COMMANDED_EVENTS, claudeSettings, POSTED_EVENTS } from "../../src/hooks/claude-settings.ts";
import { HOOKS } from "../../src/hooks/schema.ts";

type Hook = { type: string; url?: string; command?: string; timeout: number };
type Settings = { disableAllHooks: boolean; hooks: Record<string, { matcher?: string; hooks: Hook[] }[]> };

const settings = (ccm = ["/opt/ccm"]): Settings => JSON.parse(claudeSettings({ ccm, answerSeconds: 900 }));

test("every event is hooked once, but for those that a hook would take over", () => {
  const hooked = Object.keys(settings().hooks);
  expect(new Set(hooked).size).toBe(hooked.length);
  expect(Object.keys(HOOKS.claude).filter((event) => !hooked.includes(event))).toEqual([
    "PreModelSwitch",
    "WorktreeCreate",
    "WorktreeRemove",
  ]);
  expect(hooked.length).toBe(POSTED_EVENTS.length + COMMANDED_EVENTS.length);
});

test("an event is posted with the run's token, and the address is for the host to fill in", () => {
  expect(settings().hooks.Stop).toEqual([
    {
      hooks: [
        {
          type: "http",
          url: "{runUrl}/hook/Stop",
          timeout: 5,
          headers: { Authorization: "Bearer $CCM_RUN_TOKEN" },
          allowedEnvVars: ["CCM_RUN_TOKEN"],
        } as Hook,
      ],
    },
  ]);
});

test("where the host may wait for a person, so may the agent", () => {
  const timeouts = Object.entries(settings().hooks).map(([event, [entry]]) => [event, entry?.hooks[0]?.timeout] as const);
  expect(timeouts.filter(([, timeout]) => timeout !== 5)).toEqual([
    ["PreToolUse", 900],
    ["PermissionRequest", 900],
  ]);
});

test("a person's own switch does not switch these off", () => {
  expect(settings().disableAllHooks).toBe(false);
});

test("events that cannot be posted are told by a command, which a shell runs as it is meant", () => {
  expect(settings().hooks.SessionStart?.[0]?.hooks[0]?.command).toBe("BUN_JSC_useJIT=0 /opt/ccm hook SessionStart");
  const words = ['/opt/my tools/it\'s $HOME `x` "ccm"', "a\\b", "*"];
  const command = settings(words).hooks.Setup?.[0]?.hooks[0]?.command ?? "";
  const said = Bun.spawnSync(["sh", "-c", command.replace("BUN_JSC_useJIT=0", `printf '%s\\n'`)]).stdout.toString();
  expect(said).toBe([...words, "hook", "Setup", ""].join("\n"));
});

test("at an event with automations the agent waits for all of them, one after another", () => {
  const automations = [
    { events: ["PostToolUse", "Stop"], deadlineMs: 15_000 },
    { events: ["Stop"], deadlineMs: 500 },
  ];
  const { hooks } = JSON.parse(claudeSettings({ ccm: ["/opt/ccm"], answerSeconds: 900, automations })) as Settings;
  const seconds = (event: string) => hooks[event]?.[0]?.hooks[0]?.timeout;
  expect([seconds("PostToolUse"), seconds("Stop"), seconds("Notification"), seconds("PreToolUse")]).toEqual([20, 21, 5, 900]);
});
