// The list of tasks as its address says it: what is looked for, how it is sorted, where the page begins. Pure.
import { FINAL_STATES, type ListPlace, PRIORITIES, TASK_KINDS, TASK_SORTS, TASK_STATES, type TaskSort, type TaskState } from "./schema.ts";

/** States that people look for together. */
export const STATE_GROUPS = {
  open: TASK_STATES.filter((state) => !FINAL_STATES.some((final) => final === state)),
  working: ["planning", "executing", "reviewing", "verifying", "merging"],
} as const satisfies Record<string, readonly TaskState[]>;

/** What is asked for; every value is one that may be, or empty. */
export type Wanted = {
  view: "list" | "board";
  project: string;
  /** A state, or the name of a group of them. */
  state: string;
  words: string;
  agent: string;
  kind: string;
  priority: string;
  sort: TaskSort;
  beyond: { place: ListPlace; towards: "end" | "beginning" } | null;
};

/** Longest text that is looked for: titles are not longer. */
const WORDS_CHARS = 200;

/** Words that mean nothing here are left out: an address may be old, or typed. */
export function wantedFrom(query: URLSearchParams): Wanted {
  const text = (name: string) => (query.get(name) ?? "").trim();
  const known = (name: string, words: readonly string[]) => (words.includes(text(name)) ? text(name) : "");
  const sort = TASK_SORTS.find((one) => one === text("sort")) ?? "newest";
  return {
    view: text("view") === "board" ? "board" : "list",
    project: text("project"),
    state: known("state", [...TASK_STATES, ...Object.keys(STATE_GROUPS)]),
    words: text("words").slice(0, WORDS_CHARS),
    agent: text("agent"),
    kind: known("kind", TASK_KINDS),
    priority: known("priority", PRIORITIES),
    sort,
    beyond: beyondFrom(text("after"), "end") ?? beyondFrom(text("before"), "beginning"),
  };
}

/** The states that a state or a group means; undefined for all. */
export function statesOf(state: string): readonly TaskState[] | undefined {
  if (state === "") return undefined;
  return state in STATE_GROUPS ? STATE_GROUPS[state as keyof typeof STATE_GROUPS] : [state as TaskState];
}

/** The address of the same list with some of it changed; it begins at its beginning unless the change says where. */
export function addressOf(wanted: Wanted, change: Partial<Wanted> = {}): string {
  const { beyond, ...rest } = { ...wanted, beyond: null, ...change };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) if (value !== "" && value !== DEFAULTS[name]) query.set(name, value);
  if (beyond) query.set(beyond.towards === "end" ? "after" : "before", `${beyond.place.key}~${beyond.place.id}`);
  const text = query.toString();
  return text === "" ? "/tasks" : `/tasks?${text}`;
}

const DEFAULTS: Record<string, string> = { view: "list", sort: "newest" };

/** Whether anything but states is filtered by. */
export function isFiltered({ project, words, agent, kind, priority }: Wanted): boolean {
  return [project, words, agent, kind, priority].some((value) => value !== "");
}

function beyondFrom(text: string, towards: "end" | "beginning"): Wanted["beyond"] {
  const [, key, id] = /^(\d{1,16}(?:\.\d{1,20})?(?:e-\d{1,2})?)~(\d{1,15})$/.exec(text) ?? [];
  return key === undefined ? null : { place: { key: Number(key), id: Number(id) }, towards };
}
