// What help shows: the first steps, and every command under what a person wants of it.
import type { Contents } from "./kernel/help-text.ts";

export const contents: Contents = {
  about: "ccm runs coding agents in sandboxed git worktrees, checks what they make, merges what you approve, and loses nothing.",
  firstTask: ["cd my-app && ccm init", "ccm start", 'ccm create-task --title "Fix the login" --prompt "…"', "ccm open"],
  daily: ["status", "list-tasks", "task-status", "attach", "diff", "approve", "request-changes", "logs"],
  groups: [
    { title: "Setting up", commands: ["init", "doctor", "demo", "completions"] },
    { title: "Projects", commands: ["register-project", "list-projects", "project-status", "edit-project", "unregister-project"] },
    {
      title: "Tasks",
      commands: [
        ...["create-task", "list-tasks", "task-status", "wait", "plan"],
        ...["edit-task", "pause-task", "resume-task", "retry-task", "cancel-task"],
      ],
    },
    {
      title: "Agents at work",
      commands: ["list-agents", "agent-status", "attach", "message", "interrupt", "stop-agent", "restart-agent"],
    },
    { title: "Your decision", commands: ["diff", "approve", "request-changes", "reject"] },
    { title: "Results and logs", commands: ["recent-results", "logs", "audit"] },
    {
      title: "Worktrees",
      commands: ["worktrees list", "worktrees create", "worktrees restore", "worktrees cleanup", "snapshots", "snapshot", "rollback"],
    },
    { title: "The daemon", commands: ["start", "stop", "open", "status", "health", "fsck", "daemon"] },
    { title: "Who is signed in", commands: ["web sessions", "web sign-out", "web token"] },
    {
      title: "Automations",
      commands: ["automations list", "automations enable", "automations disable", "automations test", "automations logs"],
    },
    { title: "Secrets", commands: ["secret set", "secret list", "secret remove", "secret forget", "scrub"] },
    { title: "Settings", commands: ["config list", "config get", "config set", "config check"] },
    { title: "Policy", commands: ["policy show", "policy test", "trust"] },
  ],
};
