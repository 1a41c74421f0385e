// What scripted models do in more than one test: the repository is that of claude-home.ts, whose sum subtracts.
import { commit, edit, type Reply, read, say, shell, type Track } from "./model-script.ts";

/** What a developer does with a wrong sum: look, mend, try, commit. */
export const MEND: Reply[] = [
  read("sum.js"),
  edit("sum.js", "a - b", "a + b"),
  shell("node check.js"),
  commit("Add instead of subtracting"),
  say("It adds now."),
];

/** What `git show main:sum.js` gives once it is merged. */
export const MENDED = "exports.sum = (a, b) => a + b;";

/** One track for the tasks whose prompt begins with these words. */
export const track = (prompt: string, ...steps: Track["steps"]): Track => ({
  name: prompt.toLowerCase().replace(/[^a-z0-9]+/g, "-"),
  prompt,
  steps,
});
