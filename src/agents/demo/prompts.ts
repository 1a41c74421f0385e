// What the demo agent is told: lines of stream-json on its standard input.

export type Prompts = {
  /** The next text; empty when the input has ended. */
  next(): Promise<string>;
  close(): void;
};

export function readPrompts(input: NodeJS.ReadStream): Prompts {
  const waiting: string[] = [];
  let wake = () => {};
  let ended = false;
  let rest = "";
  input.setEncoding("utf8");
  input.on("data", (chunk) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    waiting.push(...lines.filter((line) => line.trim() !== "").map(textOf));
    wake();
  });
  input.on("end", () => {
    ended = true;
    if (rest.trim() !== "") waiting.push(textOf(rest));
    wake();
  });
  return {
    async next() {
      while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      return waiting.shift() ?? "";
    },
    close: () => input.destroy(),
  };
}

/** The text of a user's line; a line that is not JSON is the text itself, so that a person can try it by hand. */
function textOf(line: string): string {
  try {
    const content = JSON.parse(line).message.content;
    return typeof content === "string" ? content : content.map((part: { text?: string }) => part.text ?? "").join("\n");
  } catch {
    return line;
  }
}
