// The automations of one run as its host starts them; each start is written down.
import { join } from "node:path";
import { openAutomations } from "../../hooks/actions.ts";
import { automationSentence } from "../../hooks/rules.ts";
import type { Automations } from "../../hooks/schema.ts";
import { homeFrom, type RunPaths } from "../../kernel/paths.ts";
import type { RunSpec } from "../schema.ts";
import type { Recorder } from "./record.ts";

/** Null where none is switched on: then nothing of it is even loaded. */
export async function openRunAutomations(spec: RunSpec, run: RunPaths, recorder: Pick<Recorder, "note">): Promise<Automations | null> {
  if (spec.automations.length === 0) return null;
  return openAutomations(spec.automations, {
    home: homeFrom(process.env),
    stateFolder: join(run.root, "automations"),
    tree: spec.treePath,
    taskId: spec.taskId,
    runId: spec.runId,
    record: (record) => recorder.note("automation", automationSentence(record), record),
  });
}
