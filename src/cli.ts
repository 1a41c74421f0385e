// The command line: one program from every room's commands, one place that turns a Fault into words and an exit code.
import { version } from "../package.json" with { type: "json" };

export async function main(words: string[]): Promise<number> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-v")) {
    process.stdout.write(`ccm ${version}\n`);
    return 0;
  }
  return 2;
}
