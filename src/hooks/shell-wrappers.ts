// Programs that run what is in their words or what they read: `env`, `sudo`, `xargs`, `find -exec`, `sh -c`, `eval`. Pure.
import { programOf } from "./program-names.ts";
import { resolvedAt } from "./shell-builtins.ts";
import type { Ran } from "./shell-run.ts";
import { ANY, isKnown, MANY, PLAIN } from "./shell-values.ts";

/** A program with its words, or a text that a shell reads; `same`: in the shell that the line itself runs in. */
export type Carried =
  | { kind: "words"; words: string[]; shell: "same" | "own"; cwd?: string | null; environment?: Ran["environment"] }
  | { kind: "text"; text: string; why: string; shell: "same" | "own"; words?: string[] };

/** What this command runs in its turn. */
export function carriedBy(ran: Ran): Carried[] {
  const [first = "", ...words] = ran.words;
  const program = programOf(first);
  if (SHELLS.has(program)) return shellCarries(words, ran);
  if (Object.hasOwn(SPECIAL, program)) return SPECIAL[program]?.(words, ran) ?? [];
  const wrapper = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
  return wrapper === undefined ? [] : carry(behindOptions(words, wrapper.options).slice(wrapper.skips ?? 0), wrapper.shell ?? "own");
}

const SHELLS = new Set("sh bash dash zsh ksh mksh ash fish rbash".split(" "));

/** `options`: those that take the next word as their value. `skips`: words before the program. */
type Wrapper = { options: string; skips?: number; shell?: "same" };

const WRAPPERS: Record<string, Wrapper> = {
  command: { options: "", shell: "same" },
  builtin: { options: "", shell: "same" },
  exec: { options: "-a" },
  nohup: { options: "" },
  setsid: { options: "" },
  nice: { options: "-n --adjustment" },
  ionice: { options: "-c -n -p --class --classdata" },
  chrt: { options: "-T -P -D", skips: 1 },
  taskset: { options: "", skips: 1 },
  timeout: { options: "-k -s --kill-after --signal", skips: 1 },
  gtimeout: { options: "-k -s --kill-after --signal", skips: 1 },
  stdbuf: { options: "-i -o -e --input --output --error" },
  time: { options: "-f -o --format --output" },
  unbuffer: { options: "" },
  chronic: { options: "" },
  strace: { options: "-e -o -p -s -u -E -P -a -b -I -O -S -X" },
  ltrace: { options: "-e -o -p -s -u -l -n -a -A -D -F" },
  valgrind: { options: "" },
  catchsegv: { options: "" },
  faketime: { options: "-f", skips: 1 },
  fakeroot: { options: "-l -s -i -b" },
  "dbus-run-session": { options: "--config-file --dbus-daemon" },
  "xvfb-run": { options: "-e -f -n -p -s -w" },
  busybox: { options: "" },
  toybox: { options: "" },
  sudo: { options: "-u -g -h -p -C -r -t -T -D -R -U --user --group --host --prompt --chdir" },
  doas: { options: "-u -C" },
  pkexec: { options: "--user" },
  runuser: { options: "-u -g -G --user --group" },
  setpriv: { options: "" },
  chroot: { options: "", skips: 1 },
  unshare: { options: "-S -G -R -w --setuid --setgid --root --wd --map-user --map-group --propagation" },
  nsenter: { options: "-t -S -G --target" },
  "systemd-run": { options: "-p -u -E -M -H --property --unit --setenv --slice --uid --gid" },
  bwrap: { options: "" },
  npx: { options: "-p --package" },
  bunx: { options: "-p --package" },
  pnpx: { options: "-p --package" },
  uvx: { options: "--from --with --python" },
  pipx: { options: "--spec --python", skips: 1 },
  dotenv: { options: "-e -v -c" },
  "cross-env": { options: "" },
  direnv: { options: "", skips: 2 },
  watch: { options: "-n --interval -q" },
  entr: { options: "" },
};

const SPECIAL: Record<string, (words: string[], ran: Ran) => Carried[]> = {
  env: environmentCarries,
  eval: (words) => [text(words.join(" "), "the text of `eval` is not in the line", "same")],
  trap: (words) =>
    words.length > 1 && words[0] !== "-"
      ? [text(words.find((word) => !/^-[lp-]?$/.test(word)) ?? "", "a trap is not in the line", "same")]
      : [],
  alias: (words) =>
    words.flatMap((word) => (word.includes("=") ? [text(word.slice(word.indexOf("=") + 1), "an alias is not in the line", "own")] : [])),
  source: sourced,
  ".": sourced,
  xargs: xargsCarries,
  parallel: (words) =>
    carry([...behindOptions(words, "-j -a -I --jobs --arg-file --colsep --delay").filter((word) => !/^:{3,4}$/.test(word))], "own"),
  find: findCarries,
  fd: (words) => afterOption(words, /^(?:-x|-X|--exec|--exec-batch)$/),
  flock: flockCarries,
  script: (words) => optionText(words, "-c", "--command"),
  su: (words) => optionText(words, "-c", "--command"),
  npm: (words) => packageRunnerCarries(words, ["exec", "x"]),
  pnpm: (words) => packageRunnerCarries(words, ["exec", "dlx"]),
  yarn: (words) => packageRunnerCarries(words, ["exec", "dlx"]),
  bun: (words) => packageRunnerCarries(words, ["x"]),
  poetry: (words) => packageRunnerCarries(words, ["run"]),
  uv: (words) => packageRunnerCarries(words, ["run"]),
  pipenv: (words) => packageRunnerCarries(words, ["run"]),
  git: gitCarries,
};

function carry(words: string[], shell: "same" | "own"): Carried[] {
  return words.length > 0 ? [{ kind: "words", words, shell }] : [];
}

function text(content: string, why: string, shell: "same" | "own"): Carried {
  return { kind: "text", text: content, why, shell };
}

/** The words behind a program's own options, and behind `NAME=value`. */
function behindOptions(words: readonly string[], options: string): string[] {
  const valued = options.split(" ");
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === "--") return words.slice(at + 1);
    if (valued.includes(word)) at += 1;
    else if (!word.startsWith("-") && !/^[A-Za-z_]\w*=/.test(word)) return words.slice(at);
  }
  return [];
}

/** `sh -c text name words`, `sh < text`, `… | sh`; a file of the tree is a program as any other. */
function shellCarries(words: string[], { input }: Ran): Carried[] {
  const at = words.findIndex((word) => /^[-+][A-Za-z]*c[A-Za-z]*$/.test(word));
  const file = behindOptions(words, "-o -O +o +O --rcfile --init-file")[0];
  if (at >= 0 && (file === undefined || words.indexOf(file) > at)) {
    const rest = words.slice(at + 1);
    const place = rest.findIndex((word) => !/^[-+]/.test(word));
    const [script = "", , ...given] = rest.slice(Math.max(0, place));
    return [{ ...text(script, "the text that the shell is to run is not in the line", "own"), words: given } as Carried];
  }
  const readsInput =
    file === undefined || words.some((word) => /^-[A-Za-z]*s[A-Za-z]*$/.test(word)) || file === "/dev/stdin" || file === "-";
  if (!readsInput)
    return isKnown(file) ? [] : [text(file.replaceAll(MANY, ANY), "the script that the shell is to run is not in the line", "own")];
  if (input === null || words.some((word) => /^--(?:version|help)$/.test(word))) return [];
  return inputCarries(input, "what the shell is to run comes from elsewhere");
}

/** Texts that a shell reads; what a plain program prints is as good as that program. */
function inputCarries(input: NonNullable<Ran["input"]>, why: string): Carried[] {
  if (input.texts) return input.texts.map((one) => text(one, why, "own"));
  return [text(input.through.every((program) => PRINTING.has(program)) ? PLAIN : ANY, why, "own")];
}

/** Programs that print a file as it is. */
const PRINTING = new Set(["cat", "tee", "true", ":"]);

function sourced(words: string[]): Carried[] {
  const [file = ""] = words;
  return isKnown(file) ? [] : [text(file.replaceAll(MANY, ANY), "the file that is read as commands is not in the line", "same")];
}

function environmentCarries(words: string[]): Carried[] {
  const environment: Ran["environment"] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const split = /^(?:-[a-z]*S|--split-string=?)([\s\S]*)$/.exec(word);
    if (split)
      return [
        text(
          [split[1] || words[at + 1] || "", ...words.slice(split[1] ? at + 1 : at + 2)].join(" "),
          "what `env` is to run is not in the line",
          "own",
        ),
      ];
    const pair = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word);
    if (pair) environment.push({ name: pair[1] as string, value: pair[2] as string });
    else if (/^(?:-u|-C|--unset|--chdir)$/.test(word)) at += 1;
    else if (!word.startsWith("-")) return [{ kind: "words", words: words.slice(at), shell: "own", environment }];
  }
  return [];
}

const XARGS_OPTIONS =
  "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-chars --max-lines --max-procs --replace --process-slot-var";

/** What is read becomes words at the end, or in the place of the mark of `-I`. */
function xargsCarries(words: string[], { input }: Ran): Carried[] {
  const command = behindOptions(words, XARGS_OPTIONS);
  if (command.length === 0) return [];
  const own = words.slice(0, words.length - command.length);
  const mark = own.findIndex((word) => /^(?:-I|--replace)/.test(word));
  const texts = input?.texts ?? [MANY];
  if (mark < 0)
    return texts.flatMap((one) => carry([...command, ...(isKnown(one) ? one.split(/[\s\0]+/).filter(Boolean) : [MANY])], "own"));
  const place = (own[mark] as string).replace(/^(?:-I|--replace=?)/, "") || own[mark + 1] || "{}";
  const lines = texts.flatMap((one) => (isKnown(one) ? one.split("\n").filter(Boolean) : [ANY]));
  return lines.flatMap((line) =>
    carry(
      command.map((word) => word.replaceAll(place, () => line)),
      "own",
    ),
  );
}

/** `-exec program {} ;`, as often as it is there. */
function findCarries(words: string[]): Carried[] {
  return words.flatMap((word, at) => {
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(word)) return [];
    const rest = words.slice(at + 1);
    const end = rest.findIndex((one, i) => one === ";" || (one === "+" && rest[i - 1] === "{}"));
    return carry(
      rest.slice(0, end < 0 ? undefined : end).map((one) => one.replaceAll("{}", ANY)),
      "own",
    );
  });
}

function afterOption(words: string[], option: RegExp): Carried[] {
  const at = words.findIndex((word) => option.test(word));
  return at < 0
    ? []
    : carry(
        words.slice(at + 1).map((word) => word.replaceAll("{}", ANY)),
        "own",
      );
}

function flockCarries(words: string[]): Carried[] {
  const [, ...rest] = behindOptions(words, "-w -E --wait --timeout --conflict-exit-code");
  return rest[0] === "-c" || rest[0] === "--command"
    ? [text(rest[1] ?? "", "what `flock` is to run is not in the line", "own")]
    : carry(rest, "own");
}

function optionText(words: string[], ...options: string[]): Carried[] {
  const at = words.findIndex((word) => options.some((option) => word === option || word.startsWith(`${option}=`)));
  if (at < 0) return [];
  const word = words[at] as string;
  const content = word.includes("=") ? word.slice(word.indexOf("=") + 1) : (words[at + 1] ?? "");
  return [text(content, "the text that a shell is to run is not in the line", "own")];
}

function packageRunnerCarries(words: string[], runs: string[]): Carried[] {
  const at = words.findIndex((word) => !word.startsWith("-"));
  if (at < 0 || !runs.includes(words[at] as string)) return [];
  const script = optionText(words.slice(at + 1), "-c", "--call");
  return script.length > 0 ? script : carry(behindOptions(words.slice(at + 1), "-p --package --with --python"), "own");
}

/** `git -c alias.x='!text' x`, `git submodule foreach text`, `git bisect run program`, `git rebase -x text`. */
function gitCarries(words: string[], { cwd }: Ran): Carried[] {
  const aliases = words.flatMap((word, at) => {
    const match = words[at - 1] === "-c" ? /^alias\.[^=]+=([\s\S]*)$/.exec(word) : null;
    if (!match) return [];
    const alias = match[1] as string;
    return [text(alias.startsWith("!") ? alias.slice(1) : `git ${alias}`, "an alias of git is not in the line", "own")];
  });
  const rest = behindOptions(words, "-c -C --git-dir --work-tree --namespace --exec-path");
  const [command = "", ...more] = rest;
  const folder = words[words.indexOf("-C") + 1];
  const at = words.includes("-C") && folder !== undefined ? resolvedAt(cwd, folder) : cwd;
  if (command === "submodule" && more.includes("foreach"))
    return [
      ...aliases,
      text(
        more
          .slice(more.indexOf("foreach") + 1)
          .filter((word) => !word.startsWith("--"))
          .join(" "),
        "what runs in each submodule is not in the line",
        "own",
      ),
    ];
  if (command === "bisect" && more[0] === "run") return [...aliases, { kind: "words", words: more.slice(1), shell: "own", cwd: at }];
  if (command === "rebase") return [...aliases, ...optionText(more, "-x", "--exec")];
  if (command === "filter-branch")
    return [
      ...aliases,
      ...more.flatMap((word, i) => (/-filter$/.test(word) ? [text(more[i + 1] ?? "", "a filter is not in the line", "own")] : [])),
    ];
  return aliases;
}
