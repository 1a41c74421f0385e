// How a call of a tool is judged. Pure, and not in rules.ts, because only hosts and replays need the shell that reads lines.
import { fileFault } from "./guards/judge-file.ts";
import { commandsIn, type JudgedCommand } from "./guards/judge-shell.ts";
import { shellCommand } from "./guards/tool-kinds.ts";
import { matchesRule, subjectsOf } from "./guards/tool-rules.ts";
import { type GuardPolicy, type GuardRules, type Judgement, moreSevere, type ToolCall, type Verdict } from "./rules.ts";

/**
 * Whether a call of a tool may go on. Rules go before classes and paths; among each, deny goes before ask and ask before
 * allow; of the several commands in one line the most severe verdict counts. Takes anything and never throws.
 */
export function judge(call: ToolCall, policy: GuardPolicy): Judgement {
  const line = shellCommand(call.tool, call.input);
  return line === null ? judgeCall(call, policy) : judgeLine(line, call, policy);
}

function judgeCall({ tool, input, cwd }: ToolCall, { rules, places }: GuardPolicy): Judgement {
  const subjects = subjectsOf(input);
  const ruled = byRules(tool, { subjects, written: subjects }, rules);
  if (ruled) return ruled;
  const reason = fileFault(tool, input, cwd, places);
  return reason === null ? ALLOWED : { verdict: "deny", reason, by: "path" };
}

function judgeLine(line: string | readonly string[], { tool, cwd }: ToolCall, policy: GuardPolicy): Judgement {
  const commands = commandsIn(line, cwd, policy);
  const nothing = { subjects: [""], written: [""], judgements: [] };
  return (commands.length > 0 ? commands : [nothing])
    .map((command) => byRules(tool, command, policy.rules) ?? command.judgements.reduce(moreSevere, ALLOWED))
    .reduce(moreSevere, ALLOWED);
}

const ALLOWED: Judgement = { verdict: "allow", reason: "", by: "" };

/** What allows is only matched with what was written: `/elsewhere/npm test` is another program than `npm test`. */
function byRules(tool: string, about: Pick<JudgedCommand, "subjects" | "written">, rules: GuardRules): Judgement | undefined {
  for (const verdict of ["deny", "ask", "allow"] as const) {
    const subjects = verdict === "allow" ? about.written : about.subjects;
    const rule = rules[verdict].find((one) => matchesRule(one, tool, subjects));
    if (rule !== undefined) return { verdict, reason: RULED[verdict](rule), by: `${verdict} ${rule}` };
  }
  return undefined;
}

const RULED: Record<Verdict, (rule: string) => string> = {
  deny: (rule) => `The rule "${rule}" of this project forbids it. Find another way, or say in your answer what is missing.`,
  ask: (rule) => `A person must allow this, says the rule "${rule}".`,
  allow: () => "",
};
