// The commands on the page; what they do is loaded when one of them runs.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export type OpenOptions = { print?: true; start?: true };
export type SignOutOptions = { all?: true };
export type TokenOptions = { new?: true };

export function webCommands(program: CAC, host: CommandHost): void {
  program
    .command("open", "Open the page in your browser, signed in; prints the link, which works once")
    .alias("web open")
    .option("--print", "Only print the link, for another browser")
    .option("--start", "Start the daemon first if it does not run")
    .example("ccm open")
    .action(async (options: OpenOptions) => (await import("./open-action.ts")).open(host, options));
  program
    .command("web sessions", "List the browsers that are signed in to the page")
    .example("ccm web sessions")
    .action(async () => (await import("./session-actions.ts")).sessions(host));
  program
    .command("web sign-out [session]", "Sign a browser out of the page, or all of them")
    .option("--all", "Every browser, and every link that was not used yet")
    .example("ccm web sign-out --all")
    .action(async (session: string | undefined, options: SignOutOptions) =>
      (await import("./session-actions.ts")).signOut(host, session, options),
    );
  program
    .command("web token", "Print the token with which scripts use the API; they send it as `Authorization: Bearer …`")
    .option("--new", "Make another one; the one before opens nothing any more")
    .example("ccm web token --new")
    .action(async (options: TokenOptions) => (await import("./session-actions.ts")).token(host, options));
}
