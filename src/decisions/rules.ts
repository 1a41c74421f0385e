// When an approval that was given still holds.
import type { MergeCandidate } from "../review/schema.ts";
import type { Decision } from "./schema.ts";

/**
 * An approval holds for the change that was approved: for the commit itself, and for the same change on a base that
 * moved meanwhile. Any other decision after it, or another change, needs a new one.
 */
export function approvalHolds(decision: Decision | null, candidate: Pick<MergeCandidate, "commit" | "patchId">): boolean {
  if (decision?.verdict !== "approved") return false;
  return decision.commit === candidate.commit || decision.patchId === candidate.patchId;
}

/** What a form with an agent's question sends: `choice-0`, `words-0` and so on for questions that offer choices. */
export type Answered = { question: number; verdict: "allow" | "deny" } & Record<string, string | number>;

/**
 * The answer in words, a line for each question: what was typed, else what was chosen. An option is named by its number,
 * several by their names. What nobody has answered comes back by its field.
 */
export function answerText(
  questions: readonly { options: readonly { label: string }[]; several: boolean }[],
  given: Readonly<Record<string, string | number>>,
): string | { reasons: Record<string, string> } {
  if (questions.length === 0) return String(given.text ?? "");
  const answers = questions.map(({ options, several }, at) => {
    const words = oneLine(given[`words-${at}`]);
    const chosen = String(given[`choice-${at}`] ?? "")
      .split("\n")
      .filter((number) => options[Number(number) - 1]);
    if (words !== "") return words;
    return several ? chosen.map((number) => options[Number(number) - 1]?.label).join(", ") : (chosen[0] ?? "");
  });
  const missing = answers.flatMap((text, at) => {
    if (text !== "") return [];
    return questions[at]?.options.length === 0
      ? [[`words-${at}`, "Say it in your own words."]]
      : [[`choice-${at}`, "Choose, or say it in your own words."]];
  });
  return missing.length > 0 ? { reasons: Object.fromEntries(missing) } : answers.join("\n");
}

/** Several questions are answered by a line each. */
function oneLine(text: unknown): string {
  return String(text ?? "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}
