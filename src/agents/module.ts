// Runs and their hosts: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { agentCommands } from "./commands.ts";
import { policyCommands } from "./policy/commands.ts";
import { worktreeCommands } from "./worktree-commands.ts";

export const agents: Module = {
  name: "agents",
  commands(program, host) {
    agentCommands(program, host);
    policyCommands(program, host);
  },
  routes: async () => (await import("./routes.ts")).routes,
  operations: async () => [...(await import("./api-agents.ts")).agentOperations, ...(await import("./api-policy.ts")).policyOperations],
  offers: async () => (await import("./offers.ts")).offers,
  steps: async () => {
    const { stepLiveness } = await import("./recovery/live-step.ts");
    const { stepObserve, stepRelease, stepRuns } = await import("./step.ts");
    const { stepWindows } = await import("./view/windows-step.ts");
    return [
      { name: "observe", run: stepObserve },
      { name: "liveness", run: stepLiveness },
      { name: "runs", run: stepRuns },
      { name: "release", run: stepRelease },
      { name: "windows", run: stepWindows },
    ];
  },
};

/** Under the name of the room on the left, which cannot ask for runs itself: help lists them there. */
export const treesOfAgents: Module = {
  name: "worktrees",
  commands: worktreeCommands,
  operations: async () => (await import("./api-worktrees.ts")).worktreeOperations,
};
