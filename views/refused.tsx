// A form that was refused because what it was about has gone on: its reason, and what was typed, though the form is no longer there.
import type { Typed } from "../src/kernel/page.ts";
import { Output } from "./parts/log-view.tsx";
import { Notice } from "./parts/notice.tsx";

export type RefusedProps = {
  typed: Typed | null;
  /** What the paths of this part's forms begin with. */
  place: string;
  /** The last words of their paths, and those of the forms that are shown, which say it themselves. */
  words: readonly string[];
  shown: readonly string[];
};

/** Fields whose values are texts that a person may want back. */
const TEXTS = ["text", "comment", "reason"];

export function Refused({ typed, place, words, shown }: RefusedProps): JSX.Element {
  const gone = words.filter((word) => !shown.includes(word)).map((word) => `${place}/${word}`);
  if (!typed?.fault || !gone.includes(typed.form)) return "";
  const text = TEXTS.map((name) => typed.values[name] ?? "").find((value) => value.trim() !== "");
  return (
    <Notice tone="bad" text={typed.fault.message} hint={typed.fault.hint}>
      {text ? <Output label="What you wrote" text={text} /> : ""}
    </Notice>
  );
}
