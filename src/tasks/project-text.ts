// Projects as people read them in a terminal.
import type { CommandHost } from "../kernel/module.ts";
import { textFields, textTable } from "../kernel/text-table.ts";
import { sizeText } from "../kernel/time-text.ts";
import type { DiskUse, Project } from "../projects/schema.ts";
import { wishText } from "./sandbox-words.ts";
import { TASK_STATES, type TaskState } from "./schema.ts";

export type Count = { state: TaskState; count: number };

/** In words; empty where there is nothing. */
export function diskText({ treeBytes, trashBytes }: Pick<DiskUse, "treeBytes" | "trashBytes">): string {
  const trash = trashBytes > 0 ? `${sizeText(trashBytes)} in the trash` : "";
  return [treeBytes > 0 ? `${sizeText(treeBytes)} of trees` : "", trash].filter(Boolean).join(", ");
}

export function projectFields(host: CommandHost, project: Project, disk = ""): string {
  const { gates, setup, copies, env, sandbox, roles } = project.settings;
  const approval = project.approval === "ask" ? "a person approves each merge" : "what passes its gates merges";
  return textFields(
    [
      ["Repository", project.path],
      ["Base branch", project.base],
      ["Agent", project.agent],
      ["Approval", `${project.approval}: ${approval}`],
      ...Object.entries(gates).map(([name, command]): [string, string] => [`Gate ${name}`, command]),
      ["Set-up", setup ?? ""],
      ["On the disk", disk],
      ["Copied files", copies.join(", ")],
      ["Variables", Object.keys(env).join(", ")],
      ["Sandbox", wishText(sandbox)],
      [
        "Worker",
        Object.entries(roles.worker ?? {})
          .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
          .join(", "),
      ],
    ],
    host.columns,
  );
}

export function projectTable(host: CommandHost, rows: readonly { project: Project; counts: readonly Count[] }[]): string {
  if (rows.length === 0) return "No projects. `ccm register-project --path .` registers the repository in this folder.";
  return textTable(
    [
      { title: "PROJECT", shrink: true },
      { title: "BASE", shrink: true },
      { title: "AGENT" },
      { title: "TASKS" },
      { title: "PATH", shrink: true },
    ],
    rows.map(({ project, counts }) => [project.name, project.base, project.agent, countsText(counts), project.path]),
    host.columns,
  );
}

/** `2 executing, 1 approving, 12 done`, in the order of the stages. */
export function countsText(counts: readonly Count[]): string {
  const known = TASK_STATES.flatMap((state) => counts.filter((one) => one.state === state));
  return known.length === 0 ? "none" : known.map(({ state, count }) => `${count} ${state}`).join(", ");
}
