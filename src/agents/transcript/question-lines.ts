// How an agent's question to a person reads, and the answer.
import { jsonOf, listOf } from "../../kernel/json.ts";
import { CHOICE_TOOL } from "../question-text.ts";
import type { Answer, Question } from "../schema.ts";
import { folded, indented, type Line, line, lines } from "./lines.ts";
import { callLines } from "./tool-lines.ts";

/** Lines of a reason that are shown. */
const WHY_LINES = 4;

/** The question, and below it the call it is about, or the choices with the numbers to name them by. */
export function questionLines(question: Question): Line[] {
  const asked = questionsOf(question);
  if (asked.length > 0) return asked.flatMap(choiceLines);
  const why = question.why.trim() === "" ? [] : indented(folded(lines("warn", question.why.trim()), WHY_LINES), "  ");
  return [line("warn", "? The agent asks to be allowed:"), ...indented(callLines(question.tool, question.input), "  "), ...why];
}

export function answeredLine(answer: Answer): Line {
  const said = answer.text.trim() === "" ? "" : `: ${answer.text}`;
  return line("person", `» ${answer.verdict === "allow" ? "allowed" : "denied"}${said}`);
}

/** Whether the agent wants to be told something, and not to be allowed something. */
export function asksForWords(question: Question): boolean {
  return questionsOf(question).length > 0;
}

/** A question of an agent that wants to be told something; `several`: more than one of the options may be named. */
export type Asked = { text: string; options: { label: string; about: string }[]; several: boolean };

/** One to four questions, each with choices; none where the agent asks to be allowed something. */
export function questionsOf({ tool, input }: Pick<Question, "tool" | "input">): Asked[] {
  if (tool !== CHOICE_TOOL) return [];
  return listOf(jsonOf(input).questions)
    .map(jsonOf)
    .map((one) => ({
      text: String(one.question ?? ""),
      options: listOf(one.options)
        .map(jsonOf)
        .map((option) => ({ label: String(option.label ?? ""), about: String(option.description ?? "") })),
      several: one.multiSelect === true,
    }));
}

function choiceLines(asked: Asked): Line[] {
  const options = asked.options.map(({ label, about }, i) => line("warn", `    ${i + 1}  ${label}${about ? ` – ${about}` : ""}`));
  return [line("warn", `? ${asked.text}${asked.several ? " (several may be named)" : ""}`), ...options];
}
