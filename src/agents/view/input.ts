// What a person types into a view: a message to the agent, or a command that begins with a slash. Pure.

import type { AnswerVerdict, Question, RunRequest } from "../schema.ts";
import { asksForWords } from "../transcript/question-lines.ts";

/** `show`: for the view itself. `refuse`: nothing is sent, and the text says why. */
export type Typed =
  | { kind: "send"; request: RunRequest }
  | { kind: "show"; what: "help" | "folded" | "unfolded" }
  | { kind: "more"; number: number | null }
  | { kind: "refuse"; text: string };

export const HELP = [
  "A line you type is a message to the agent; it takes it between two steps.",
  "/interrupt        end the agent's turn; it then waits for your message",
  "/allow [words]    answer its question with yes, or with a choice's number",
  "/deny [words]     answer its question with no, and say why",
  "/more [number]    show what a fold stands for",
  "/unfold, /fold    show long texts whole from now on, or folded",
  "//words           a message that begins with a slash",
  "Ctrl-C            leave; the run goes on",
];

/** What a typed line means while `question` is open, or null. An empty line is nothing, which is null. */
export function typedLine(text: string, question: Question | null): Typed | null {
  const line = text.trim();
  if (line === "") return null;
  if (line.startsWith("//")) return message(line.slice(1));
  if (!line.startsWith("/")) return question && asksForWords(question) ? answer(question, "allow", line) : message(line);
  const [word = "", ...rest] = line.split(/\s+/);
  const words = line.slice(word.length).trim();
  switch (word) {
    case "/help":
      return { kind: "show", what: "help" };
    case "/fold":
      return { kind: "show", what: "folded" };
    case "/unfold":
      return { kind: "show", what: "unfolded" };
    case "/more":
      return { kind: "more", number: /^\d+$/.test(rest[0] ?? "") ? Number(rest[0]) : null };
    case "/interrupt":
      return { kind: "send", request: { kind: "interrupt" } };
    case "/allow":
    case "/deny":
      if (!question) return { kind: "refuse", text: "No question is open." };
      return answer(question, word === "/allow" ? "allow" : "deny", words);
    default:
      return { kind: "refuse", text: `"${word}" is no command of this view; /help shows them, //… sends it to the agent.` };
  }
}

/** How the question can be answered here, for below it. */
export function answerHint(question: Question): string {
  return asksForWords(question)
    ? "Answer with a number or in your own words, or /deny."
    : "Answer with /allow or /deny, and words if you like.";
}

function message(text: string): Typed {
  return { kind: "send", request: { kind: "message", text } };
}

function answer({ key, tool, input }: Question, verdict: AnswerVerdict, text: string): Typed {
  return { kind: "send", request: { kind: "answer", answer: { key, tool, input, verdict, text } } };
}
