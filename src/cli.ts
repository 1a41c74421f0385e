// The command line of people and scripts: this process's words and terminal, every room's commands.
import { version } from "../package.json" with { type: "json" };

export async function main(words: string[]): Promise<number> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-v")) {
    console.log(`ccm ${version}`);
    return 0;
  }
  const [{ runCommandLine }, { processTerminal }, { modules }, { contents }, { followPrints }, { homeFrom, pathsAt }] = await Promise.all([
    import("./kernel/command-line.ts"),
    import("./kernel/terminal.ts"),
    import("./modules.ts"),
    import("./contents.ts"),
    import("./kernel/prints-file.ts"),
    import("./kernel/paths.ts"),
  ]);
  followPrints(pathsAt(homeFrom(process.env)).prints);
  const open = async () => (await import("./open.ts")).openContext();
  return runCommandLine({ version, modules, contents, open }, processTerminal(words));
}
