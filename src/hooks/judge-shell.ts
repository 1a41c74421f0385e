// How the commands of a line for a shell are judged. Pure.
import type { GuardPolicy, Judgement } from "./rules.ts";

/** A simple command: what rules are matched with, and what it is beside harmless. */
export type JudgedCommand = { subjects: string[]; found: { judgement: Judgement } | null };

const SEPARATORS = /&&|\|\||[;|\n&]/;

export function commandsIn(line: string | readonly string[], { rules }: GuardPolicy): JudgedCommand[] {
  const commands = typeof line === "string" ? line.split(SEPARATORS).map((one) => one.trim()) : [line.join(" ")];
  return commands.map((command) => {
    const found = /^git push\b/.test(command);
    const judgement = { verdict: rules.classes.git, reason: "ccm brings the branch out by itself.", by: "class git" };
    return { subjects: [command], found: found ? { judgement } : null };
  });
}
