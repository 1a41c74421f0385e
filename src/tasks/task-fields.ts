// What a task's form sends, as texts, read as the schema of a new task wants it.
import * as v from "valibot";
import { newTaskSchema } from "./schema.ts";

/** A field that an old page or a script leaves out is an empty one. */
const text = v.optional(v.string(), "");
/** Where a text is from that somebody put into the form. */
const PASTED = "pasted into the form";
const { title, prompt, kind, priority, after, agent, source, texts } = newTaskSchema.entries;

/** Numbers as people type them: `3, 5` or `#3 #5`. */
const numbers = v.pipe(
  text,
  v.regex(/^[\s,#\d]*$/, "Tasks are named by their numbers: 3, 5"),
  v.transform((typed) => (typed.match(/\d+/g) ?? []).map(Number)),
  after.wrapped,
);

/** Empty for the project's. */
const agentField = v.pipe(
  text,
  v.trim(),
  v.transform((typed) => (typed === "" ? undefined : typed)),
  agent,
);

export const newTaskFields = v.object({
  project: v.pipe(text, v.minLength(1, "Choose the project.")),
  title: v.pipe(text, title),
  prompt: v.pipe(text, prompt),
  kind: v.pipe(v.optional(v.string(), "custom"), kind.wrapped),
  priority: v.pipe(v.optional(v.string(), "normal"), priority.wrapped),
  after: numbers,
  agent: agentField,
  source: v.pipe(
    text,
    v.transform((typed) => (typed.trim() === "" ? undefined : typed)),
    v.optional(source.wrapped),
  ),
  /** What others wrote, as it was pasted. */
  attached: v.pipe(
    text,
    v.transform((typed) => (typed.trim() === "" ? [] : [{ source: PASTED, text: typed }])),
    texts.wrapped,
  ),
});

export const editedTaskFields = v.pick(newTaskFields, ["title", "prompt", "priority", "agent"]);
