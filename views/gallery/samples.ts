// What the gallery shows its parts with: plain things, and what a stranger might have typed.
import type { TaskLine } from "../parts/task-list.tsx";
import type { When } from "../parts/time.tsx";

export const NOW: When = { iso: "2026-01-31T14:03:00.000Z", text: "14:03" };
export const EARLIER: When = { iso: "2026-01-31T11:20:00.000Z", text: "11:20" };
export const YESTERDAY: When = { iso: "2026-01-30T09:05:00.000Z", text: "30 Jan 09:05" };

/** Texts that break pages which trust them. */
export const HOSTILE = {
  word: "x".repeat(1_000),
  markup: `<script>alert("1")</script><img src=x onerror=alert(1)>'"&amp;`,
  rtl: "\u202Eמשימה חדשה\u202C עם טקסט مرحبا بالعالم",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈 Ship it 🚀🚀🚀 Z̸̢̛a̷l̵g̸o̶",
  lines: "one\ntwo\n\n\tthree with a tab",
  empty: "",
} as const;

export const TASK: TaskLine = {
  id: 12,
  title: "Add rate limiting to the public API",
  state: "executing",
  project: "storefront",
  priority: "high",
  since: NOW,
  waits: null,
  agent: "claude",
  cost: "$1.24",
  doing: "Edit src/limits/bucket.ts",
};

export const TASKS: readonly TaskLine[] = [
  { ...TASK, id: 18, title: "Rename the billing tables", state: "approving", waits: "you", doing: null, cost: "$3.90", priority: "urgent" },
  TASK,
  { ...TASK, id: 13, title: "Upgrade to the new date library", state: "verifying", doing: "npm test", priority: "normal" },
  { ...TASK, id: 14, title: "Plan the search index", state: "planning", doing: "Read docs/search.md", agent: "gemini", project: "search" },
  { ...TASK, id: 15, title: "Review the session cookie change", state: "reviewing", doing: null, priority: "normal" },
  { ...TASK, id: 16, title: "Merge the header clean-up", state: "merging", doing: null, waits: "its turn", priority: "normal" },
  { ...TASK, id: 17, title: "Document the webhooks", state: "queued", doing: null, cost: null, waits: "a slot", priority: "low" },
  { ...TASK, id: 11, title: "Speed up the product list", state: "paused", doing: null, priority: "normal" },
  { ...TASK, id: 10, title: "Fix the flaky checkout test", state: "done", doing: null, since: EARLIER, priority: "normal" },
  { ...TASK, id: 9, title: "Translate the error pages", state: "failed", doing: null, since: EARLIER, priority: "normal" },
  { ...TASK, id: 8, title: "Try another CSS reset", state: "cancelled", doing: null, since: YESTERDAY, cost: null, priority: "normal" },
];
