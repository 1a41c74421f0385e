// The value of a secret from a person or a pipe: never from the command line, never shown.
import { Fault } from "../kernel/fault.ts";
import { readText } from "../kernel/input.ts";
import { MOST_LENGTH } from "./rules.ts";

/** A character has at most four bytes, and a line may end with two. */
const MOST_BYTES = 4 * MOST_LENGTH + 2;

/** Without the newline at its end, which editors and `echo` add. Faults: `denied` when the person gives up, `invalid` for no text. */
export async function askForValue(name: string): Promise<string> {
  const text = process.stdin.isTTY ? await typed(`Value of ${name} (it is not shown): `) : await readText("-", "secret", MOST_BYTES);
  return text.replace(/\r?\n$/, "");
}

const ENTER = /[\r\n]/;
const INTERRUPT = "\x03";
const END_OF_INPUT = "\x04";
const ERASED = /[^\x7f\b]?[\x7f\b]/;

/** The terminal shows nothing meanwhile, and is as it was afterwards, whatever happens. */
async function typed(question: string): Promise<string> {
  const { stdin } = process;
  process.stderr.write(question);
  stdin.setRawMode(true);
  try {
    let text = "";
    for await (const chunk of stdin) {
      text += chunk.toString("utf8");
      if (text.includes(INTERRUPT)) throw new Fault("denied", "Nothing was kept.", "Nothing was changed.");
      if (ENTER.test(text) || text.includes(END_OF_INPUT)) break;
    }
    return erased(text.split(ENTER, 1)[0]?.split(END_OF_INPUT, 1)[0] ?? "");
  } finally {
    stdin.setRawMode(false);
    process.stderr.write("\n");
  }
}

/** What a person took back with the backspace key. */
function erased(text: string): string {
  const shorter = text.replace(ERASED, "");
  return shorter === text ? text : erased(shorter);
}
