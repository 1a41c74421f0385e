// A question of an agent in words for people, and a person's words as the agent's tools take them. Pure.
import { type Json, jsonOf, textOf } from "../kernel/json.ts";
import type { Answer, Question } from "./schema.ts";

/** The tool with which claude 2.1 asks a person to choose. */
export const CHOICE_TOOL = "AskUserQuestion";

/** Characters of a call that people are shown; a script may be endless. */
const CALL_CHARACTERS = 400;

type Choice = { question: string; options: string[] };

/** One or two sentences: what the agent wants to do, or to know. */
export function questionText({ tool, input, why }: Pick<Question, "tool" | "input" | "why">): string {
  const choices = tool === CHOICE_TOOL ? choicesOf(input) : [];
  if (choices.length > 0)
    return choices.map(({ question, options }) => `${question}${options.length > 0 ? ` (${options.join(" / ")})` : ""}`).join(" ");
  const reason = why ? ` (${why})` : "";
  return `May it use ${tool}: ${callText(input)}?${reason}`;
}

/** What a call goes by, by its hook: its own number, or all of it where an agent gives none. */
export function callKey({ tool_use_id, tool_name, tool_input }: Json): string {
  return textOf(tool_use_id) ?? `${textOf(tool_name) ?? ""} ${JSON.stringify(tool_input)}`;
}

/** The argument of a call that says most, or all of them. */
export function callText(input: unknown): string {
  const fields = jsonOf(input);
  const telling = fields.command ?? fields.file_path ?? fields.url ?? fields.plan ?? fields.description;
  const text = typeof telling === "string" ? telling : JSON.stringify(input ?? {});
  return text.length > CALL_CHARACTERS ? `${text.slice(0, CALL_CHARACTERS)}…` : text;
}

/** What is asked, with the labels that may be chosen. */
export function choicesOf(input: unknown): Choice[] {
  const { questions } = jsonOf(input);
  if (!Array.isArray(questions)) return [];
  return questions.map(jsonOf).flatMap(({ question, options }) => {
    if (typeof question !== "string") return [];
    const labels = Array.isArray(options) ? options.map((option) => jsonOf(option).label) : [];
    return [{ question, options: labels.filter((label): label is string => typeof label === "string") }];
  });
}

/** The input that an allowed call runs with: a choice takes the person's words as its answer, of several each on a line. */
export function allowedInput({ tool, input, text }: Pick<Answer, "tool" | "input" | "text">): Record<string, unknown> {
  const fields = jsonOf(input);
  if (tool !== CHOICE_TOOL) return fields;
  const choices = choicesOf(input);
  const lines = choices.length > 1 ? text.split("\n") : [text];
  const answers = choices.map(({ question, options }, at) => [question, chosen(lines[at] ?? text, options)]);
  return { ...fields, answers: Object.fromEntries(answers) };
}

/** A number means the option at that place; without words the first one is taken, which agents put there as their advice. */
function chosen(words: string, options: readonly string[]): string {
  const said = words.trim();
  if (said === "") return options[0] ?? "Go on as you think best.";
  return (/^\d{1,2}$/.test(said) ? options[Number(said) - 1] : undefined) ?? said;
}

/** What a session is told whose question was answered while its process was gone. */
export function answersText(answers: readonly Answer[]): string {
  const told = answers.map((answer) => `- ${questionText({ ...answer, why: "" })}\n  ${saidText(answer)}`);
  return `While you were stopped, a person answered what you had asked:\n\n${told.join("\n")}\n\nIf you still need such a call, make it again as it was.`;
}

function saidText({ tool, input, verdict, text }: Answer): string {
  if (verdict === "deny") return `No.${text ? ` ${text}` : ""}`;
  if (tool !== CHOICE_TOOL) return `Yes.${text ? ` ${text}` : ""}`;
  return JSON.stringify(allowedInput({ tool, input, text }).answers);
}

/** Whether this is a whole question; one with an endless input is cut, and then it is none. */
export function isQuestion(value: unknown): value is Question {
  const { key, tool, why } = jsonOf(value);
  return [key, tool, why].every((one) => typeof one === "string");
}

export function isAnswer(value: unknown): value is Answer {
  const { key, tool, verdict, text } = jsonOf(value);
  return [key, tool, text].every((one) => typeof one === "string") && (verdict === "allow" || verdict === "deny");
}
