// The command line of people and scripts: this process's words and terminal, every room's commands.
import { version } from "../package.json" with { type: "json" };
import type { Palette } from "./kernel/command-line.ts";

export async function main(words: string[]): Promise<number> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-v")) {
    process.stdout.write(`ccm ${version}\n`);
    return 0;
  }
  endQuietlyWithReader();
  const [{ runCommandLine }, { modules }] = await Promise.all([import("./kernel/command-line.ts"), import("./modules.ts")]);
  return runCommandLine(
    { version, modules, open: async () => (await import("./open.ts")).openContext() },
    {
      words,
      out: (text) => void process.stdout.write(text),
      error: (text) => void process.stderr.write(text),
      columns: process.stdout.columns || Number(process.env.COLUMNS) || 80,
      palette: { out: paletteOf(process.stdout), error: paletteOf(process.stderr) },
    },
  );
}

/** `ccm list-tasks | head` closes the pipe early: that is the reader's right, not an error. */
function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      process.exit(error.code === "EPIPE" ? 0 : 1);
    });
  }
}

function paletteOf(stream: NodeJS.WriteStream): Palette {
  return stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb" ? "colours" : "plain";
}
