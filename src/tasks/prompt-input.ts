// Where a task's texts come from: the command line, files, or standard input.
import { Fault } from "../kernel/fault.ts";
import { readText } from "../kernel/input.ts";
import { type OutsideText, PROMPT_BYTES, TEXT_BYTES } from "./schema.ts";

export type PromptOptions = { prompt?: string; promptFile?: string };

/** The prompt from the one place it was given in, or undefined. Faults: `invalid` for two places, and those of `readText`. */
export async function readPrompt(input: string | undefined, { prompt, promptFile }: PromptOptions): Promise<string | undefined> {
  const given = [
    ...(prompt === undefined ? [] : ["--prompt"]),
    ...(promptFile === undefined ? [] : ["--prompt-file"]),
    ...(input === undefined ? [] : [input]),
  ];
  if (input !== undefined && input !== "-")
    throw new Fault(
      "invalid",
      `"${input}" is not understood here.`,
      "A prompt is given as --prompt TEXT, --prompt-file PATH, or - for standard input.",
    );
  if (given.length > 1) throw new Fault("invalid", `The prompt is given twice, by ${given.join(" and ")}.`, "Give one of them.");
  if (prompt !== undefined) return prompt;
  const path = promptFile ?? input;
  return path === undefined ? undefined : readText(path, "prompt", PROMPT_BYTES);
}

/** A Markdown file as a task: its first heading is the title, all that follows the prompt. Faults: `invalid` without either. */
export async function readTaskFile(path: string): Promise<{ title: string; prompt: string }> {
  const text = await readText(path, "task", PROMPT_BYTES);
  const heading = /^#+[ \t]+(.+?)[ \t]*#*[ \t]*$/m.exec(text);
  if (!heading?.[1]) throw new Fault("invalid", `"${path}" has no heading.`, "Its first heading becomes the title: # Fix the login");
  return { title: heading[1], prompt: text.slice(heading.index + heading[0].length).trim() };
}

/** Files with what others wrote; each is from where it lies. Faults: those of `readText`. */
export function readTexts(paths: readonly string[]): Promise<OutsideText[]> {
  return Promise.all(
    paths.map(async (path) => ({ source: path === "-" ? "standard input" : path, text: await readText(path, "text", TEXT_BYTES) })),
  );
}
