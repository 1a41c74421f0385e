// Settings of agents and of what runs may take: `agents.*` and `limits.*`.
import * as v from "valibot";
import { toolRulesSchema } from "../hooks/shapes.ts";
import { whole } from "../kernel/config-keys.ts";
import { roleSchema } from "../projects/schema.ts";

/** A person who is at the machine answers within this; who is not frees the memory of a process that only waits. */
export const PARK_MINUTES = 10;
/** Longer than any build that an agent leaves in the background and waits for. */
export const IDLE_MINUTES = 30;

/** A name as it is typed and put into file names. */
const agentName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, "an agent's name: a letter, then letters, digits or hyphens"));

/** What a role may say of an agent, too. */
const role = roleSchema.entries;

const agent = v.strictObject({
  /** The program, found through PATH; a built-in agent has its own. */
  command: v.optional(v.pipe(v.string(), v.minLength(1, "a program's name or path"))),
  /** Arguments in addition to those that the driver gives. */
  args: v.optional(v.array(v.string()), []),
  /** Variables that this agent's runs see. */
  env: v.optional(v.record(v.string(), v.string()), {}),
  model: role.model,
  output: v.optional(v.picklist(["text", "stream-json"])),
  /** How an agent of your own takes its prompt; a built-in agent has its own way. */
  promptBy: v.optional(v.picklist(["argument", "stdin", "file"])),
  /** What the agent is, where its name does not say it: a second `claude` with another model, say. */
  driver: v.optional(v.picklist(["claude", "demo"])),
  /** Used while the model is overloaded. */
  fallbackModel: role.fallbackModel,
  /** `bypassPermissions` unless set: the sandbox is what holds an agent. What another mode asks for is asked of a person. */
  permissionMode: role.permissionMode,
  /** Rules as claude knows them: `Bash(npm test:*)`, `WebFetch`. */
  allowedTools: v.optional(v.array(v.string()), []),
  disallowedTools: v.optional(v.array(v.string()), []),
  /** Tools whose every call a person must allow; the run is parked meanwhile, without a process. */
  ask: v.optional(toolRulesSchema, []),
  /** Turns of the model, and dollars, that one run may take. */
  maxTurns: role.maxTurns,
  maxBudgetUsd: role.maxBudgetUsd,
  /** Folders beside the tree that the agent may work with; outside the tree they are read-only. */
  extraDirectories: v.optional(v.array(v.string()), []),
  /** MCP servers in addition to the person's own and the repository's, as in `.mcp.json`: by name. */
  mcpServers: role.mcpServers,
  /** Minutes that a question waits with the agent's process alive, before the run is parked. */
  parkMinutes: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1_440)), PARK_MINUTES),
  /** Minutes that an agent may wait without a turn, for work in the background or after an interrupt. */
  idleMinutes: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1_440)), IDLE_MINUTES),
});

export const agentsSection = v.optional(v.record(agentName, agent), {});

export const limitsSection = v.optional(
  v.strictObject({
    /** Runs at one time on this machine: an agent takes 180–390 MB and its tests a core or more. */
    runs: whole(4, 1, 200),
    /** One project may use every place; lower it where runs of one repository compete for ports or databases. */
    runsPerProject: whole(4, 1, 200),
    /** One kind of agent may use every place; lower it where an account allows few requests at a time. */
    runsPerAgent: whole(4, 1, 200),
    /** MB that must stay free before another run starts: one more agent with its build, and the person's own work. */
    freeMemoryMb: whole(1_024, 0, 1_000_000),
    /** MB that must stay free on the disk of CCM_HOME before another run starts: its first build, and git and SQLite work on. */
    freeDiskMb: whole(1_000, 0, 100_000_000),
    /** MB free on that disk below which ccm warns: one tree of a large project with its dependencies. */
    warnDiskMb: whole(5_000, 0, 100_000_000),
    /** Processes that want to run, for each core, above which no other run starts: builds and tests of those at work go on, slowly. */
    loadPerCore: v.optional(v.pipe(v.number(), v.minValue(0.1, "a number from 0.1"), v.maxValue(1_000, "a number to 1000")), 4),
    /** Minutes a run may take: agents do work for hours, but nothing useful came from one that did not end in four. */
    runMinutes: whole(240, 1, 10_080),
    /**
     * MB of memory of a run's whole process tree: a large build fits, a leak ends before the machine swaps. Where ccm may make
     * control groups the kernel holds it, files in memory included; elsewhere what is resident is looked at once a second.
     */
    memoryMb: whole(8_192, 64, 1_000_000),
    /** Processes of a run at one time: parallel builds stay below 300, a fork bomb does not. */
    children: whole(500, 8, 30_000),
    /** MB of a run's recorded events and output. */
    outputMb: whole(200, 1, 10_000),
    /** MB of a task's tree with its private git directory, installed dependencies included. */
    treeMb: whole(10_000, 10, 1_000_000),
    /** Commits of one run: agents make some dozens in hours of work; more than this is a loop. */
    commits: whole(500, 1, 100_000),
    /** MB of one file that is committed for an agent; GitHub warns over 50 and refuses over 100. */
    fileMb: whole(50, 1, 2_000),
    /** MB of one file that a run may write: archives and databases of tests stay below, what fills the disk does not. */
    writtenMb: whole(4_000, 1, 1_000_000),
    /** Seconds between the request to stop and the kill: an agent needs about three to write its session down. */
    stopSeconds: whole(10, 0, 600),
    /** Runs of one stage before the task fails: the first, and three more after 2, 4 and 8 s. */
    attempts: whole(4, 1, 20),
    /** Times a task is sent back to its agent by gates, reviewers or people before a person must look. */
    sendBacks: whole(3, 0, 50),
    /**
     * Minutes without a sign of life, and without processor time of a tool, before an agent counts as stalled: the longest
     * answers of models, which come without a sign in between, take about half of it.
     */
    stallMinutes: whole(10, 1, 1_440),
    /** The same calls with the same answers so many times in a row count as going in circles; people who wait for a build look about as often. */
    loopCalls: whole(8, 3, 1_000),
    /** Minutes for all commands of one gate. */
    gateMinutes: whole(30, 1, 1_440),
    /** Minutes for a project's set-up command: a cold install of dependencies is the longest. */
    setupMinutes: whole(20, 1, 1_440),
  }),
  {},
);

export const windowsSection = v.optional(
  v.strictObject({
    /** A tmux window for each agent at work, wherever tmux is installed. */
    tmux: v.optional(v.picklist(["auto", "off"]), "auto"),
  }),
  {},
);

export type AgentSettings = v.InferOutput<typeof agent>;
export type WindowSettings = v.InferOutput<typeof windowsSection>;
export type Limits = v.InferOutput<typeof limitsSection>;

declare module "../kernel/context.ts" {
  interface Config {
    agents: Record<string, AgentSettings>;
    limits: Limits;
    windows: WindowSettings;
  }
}
