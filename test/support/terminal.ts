// A program in a terminal of its own, in which a test types and reads: a tmux server that ends with the test.
import { join } from "node:path";
import { afterThisTest } from "./clean-up.ts";
import type { HomeUnderTest } from "./home-under-test.ts";
import { waitFor } from "./wait.ts";

export type TypedTerminal = {
  screen(): string;
  /** Waits until the screen holds the text; a test that waits in vain shows the screen. */
  shows(text: string): Promise<void>;
  /** Keys as tmux names them, and texts as they are: https://man.openbsd.org/tmux#send-keys. */
  type(...keys: string[]): void;
};

/** 80 columns, 40 lines. The caller has made sure that there is tmux. */
export function openTerminal(home: Pick<HomeUnderTest, "root" | "env">, argv: readonly string[], cwd = home.root): TypedTerminal {
  const socket = join(home.root, "terminal");
  const env = { ...home.env, SHELL: "/bin/sh" }; // The shell of a user without one starts nothing.
  const tmux = (...words: string[]) => Bun.spawnSync(["tmux", "-f", "/dev/null", "-S", socket, ...words], { cwd, env });
  afterThisTest(() => void tmux("kill-server"));
  tmux("new-session", "-d", "-x", "80", "-y", "40", ...argv);
  tmux("set-option", "-g", "remain-on-exit", "on");
  const screen = () => tmux("capture-pane", "-p").stdout.toString();
  const shows = async (text: string) => {
    await waitFor(`"${text}" on the screen`, () => screen().includes(text)).catch((thrown) => {
      throw new Error(`${thrown}\n${screen()}`);
    });
  };
  return { screen, shows, type: (...keys) => void tmux("send-keys", ...keys) };
}
