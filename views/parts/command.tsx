// A command to type in a terminal.
import { Copy } from "./copy.tsx";

export function Command({ text }: { text: string }): JSX.Element {
  return (
    <span class="command">
      <code safe>{text}</code>
      <Copy text={text} label="Copy the command" />
    </span>
  );
}
