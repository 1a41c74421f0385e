// Programs that run what is in their words or what they read: `env`, `sudo`, `xargs`, `find -exec`, `sh -c`, `eval`. Pure.
import { gitCarries } from "./git-carries.ts";
import { isGit } from "./git-words.ts";
import { interpreterCarries, makeCarries, shellCarries, sourced } from "./interpreters.ts";
import { programOf } from "./program-names.ts";
import type { Ran } from "./run.ts";
import { ANY, isKnown, MANY } from "./values.ts";

/**
 * A program with its words, or a text that a shell reads; `same`: in the shell that the line itself runs in. `words` of a
 * text are `$0`, `$1` …
 */
export type Carried =
  | { kind: "words"; words: string[]; shell: "same" | "own"; cwd?: string | null; environment?: Ran["environment"] }
  | { kind: "text"; text: string; why: string; shell: "same" | "own"; words?: string[] };

/** What this command runs in its turn. */
export function carriedBy(ran: Ran): Carried[] {
  const [first = "", ...words] = ran.words;
  const program = isGit(programOf(first)) ? "git" : programOf(first);
  if (SHELLS.has(program)) return shellCarries(words, ran);
  if (Object.hasOwn(SPECIAL, program)) return SPECIAL[program]?.(words, ran) ?? [];
  const runner = RUNNERS.get(program);
  if (runner) return [...runnerCarries(words, runner), ...interpreterCarries(program, words, ran)];
  if (TEXT_OPTIONS.has(program)) return optionTexts(words, TEXT_OPTIONS.get(program) ?? "");
  const wrapper = WRAPPERS.get(program);
  if (wrapper === undefined) return interpreterCarries(program, words, ran);
  const [options, skips = 0] = wrapper;
  return carry(behindOptions(behindOptions(words, options).slice(skips), ""), SAME.has(program) ? "same" : "own");
}

const SHELLS = new Set("sh bash dash zsh ksh mksh ash fish rbash".split(" "));
/** Those that run the rest in the shell itself. */
const SAME = new Set(["command", "builtin"]);

/** Programs, their options that take the next word as a value, and how many words stand before the program that they start. */
const WRAPPERS = byProgram<[options: string, skips?: number]>([
  ["command builtin nohup setsid unbuffer chronic ifne valgrind catchsegv eatmydata busybox toybox setpriv bwrap proot", [""]],
  ["linux32 linux64 i386 x86_64 tini dumb-init torsocks torify firejail dbus-launch winpty cross-env entr watchexec", [""]],
  ["setarch taskset gosu su-exec setuidgid s6-setuidgid", ["", 1]],
  ["exec", ["-a"]],
  ["nice", ["-n --adjustment"]],
  ["ionice", ["-c -n -p --class --classdata"]],
  ["chrt", ["-T -P -D", 1]],
  ["timeout gtimeout", ["-k -s --kill-after --signal", 1]],
  ["stdbuf", ["-i -o -e --input --output --error"]],
  ["time", ["-f -o --format --output"]],
  ["strace", ["-e -o -p -s -u -E -P -a -b -I -O -S -X"]],
  ["ltrace", ["-e -o -p -s -u -l -n -a -A -D -F"]],
  ["prlimit", ["-p --pid"]],
  ["cpulimit", ["-l -p -e"]],
  ["numactl", ["-i -N -m -C -p --interleave --cpunodebind --membind --physcpubind --preferred"]],
  ["proxychains proxychains4", ["-f"]],
  ["rlwrap", ["-a -b -C -D -f -H -l -s -S"]],
  ["ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 ld.so", ["--library-path --preload --argv0"]],
  ["faketime", ["-f", 1]],
  ["fakeroot", ["-l -s -i -b"]],
  ["dbus-run-session", ["--config-file --dbus-daemon"]],
  ["xvfb-run", ["-e -f -n -p -s -w"]],
  ["sudo", ["-u -g -h -p -C -r -t -T -D -R -U --user --group --host --prompt --chdir"]],
  ["doas", ["-u -C"]],
  ["pkexec", ["--user"]],
  ["runuser", ["-u -g -G --user --group"]],
  ["chroot", ["", 1]],
  ["unshare", ["-S -G -R -w --setuid --setgid --root --wd --map-user --map-group --propagation"]],
  ["nsenter", ["-t -S -G --target"]],
  ["systemd-run", ["-p -u -E -M -H --property --unit --setenv --slice --uid --gid"]],
  ["bunx pnpx", ["-p --package"]],
  ["uvx", ["--from --with --python"]],
  ["pipx", ["--spec --python", 1]],
  ["dotenv", ["-e -v -c"]],
  ["direnv", ["", 2]],
]);

/** Programs that start another one behind a word of their own, and the options there that take the next word. */
const RUNNERS = byProgram<[commands: string, options: string]>([
  ["npm", ["exec x", "-p --package"]],
  ["pnpm yarn", ["exec dlx", "-p --package"]],
  ["bun", ["x", "-p --package"]],
  ["uv", ["run", "-p --package --with --python"]],
  ["poetry pipenv pdm rye hatch volta op doppler dotenvx", ["run", ""]],
  ["conda mamba micromamba", ["run", "-n -p --name --prefix --cwd"]],
  ["bundle rbenv pyenv asdf lerna nx mise", ["exec x", ""]],
  ["perf", ["stat record trace", "-e -o -p -C -F -r"]],
]);

/** Programs that give a text to a shell, and the options before it. */
const TEXT_OPTIONS = byProgram<string>([
  ["su script", "-c --command --session-command"],
  ["nix-shell", "--run --command"],
  ["nodemon", "-x --exec"],
  ["chokidar", "-c --command"],
  ["rsync", "-e --rsh"],
  ["split", "--filter"],
  ["tar", "-I -F --use-compress-program --to-command --checkpoint-action --info-script --new-volume-script"],
]);

function byProgram<Entry>(rows: [programs: string, entry: Entry][]): Map<string, Entry> {
  return new Map(rows.flatMap(([programs, entry]) => programs.split(" ").map((program) => [program, entry] as const)));
}

const SPECIAL: Record<string, (words: string[], ran: Ran) => Carried[]> = {
  env: environmentCarries,
  eval: (words) => [text(words.join(" "), "the text of `eval` is not in the line", "same")],
  trap: (words) =>
    words.length > 1 && words[0] !== "-"
      ? [text(words.find((word) => !/^-[lp-]?$/.test(word)) ?? "", "a trap is not in the line", "same")]
      : [],
  source: sourced,
  ".": sourced,
  make: makeCarries,
  gmake: makeCarries,
  xargs: xargsCarries,
  parallel: parallelCarries,
  watch: watchCarries,
  concurrently: eachWord,
  hyperfine: eachWord,
  find: findCarries,
  fd: (words) => afterOption(words, /^(?:-x|-X|--exec|--exec-batch)$/),
  fdfind: (words) => afterOption(words, /^(?:-x|-X|--exec|--exec-batch)$/),
  gdb: (words) => afterOption(words, /^--args$/),
  flock: flockCarries,
  npx: (words) => runnerCarries(["x", ...words], ["x", "-p --package"]),
  git: gitCarries,
};

export function carry(words: string[], shell: "same" | "own"): Extract<Carried, { kind: "words" }>[] {
  return words.length > 0 ? [{ kind: "words", words, shell }] : [];
}

export function text(content: string, why: string, shell: "same" | "own"): Extract<Carried, { kind: "text" }> {
  return { kind: "text", text: content, why, shell };
}

/** The words behind a program's own options, and behind `NAME=value`. */
export function behindOptions(words: readonly string[], options: string): string[] {
  const valued = options.split(" ");
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === "--") return words.slice(at + 1);
    if (valued.includes(word)) at += 1;
    else if (!word.startsWith("-") && !/^[A-Za-z_]\w*=/.test(word)) return words.slice(at);
  }
  return [];
}

/** The texts behind options: `-c text`, `-qc text`, `-ctext`, `--command=text`; where it must be `joined`, only the last two. */
export function optionTexts(words: readonly string[], options: string, form: "any" | "joined" = "any"): Carried[] {
  const all = options.split(" ");
  const letters = all.filter((option) => option.length === 2).map((option) => option.slice(1));
  return words.flatMap((word, at) => {
    const isNext = all.includes(word) || letters.some((letter) => /^-[a-zA-Z]+$/.test(word) && word.endsWith(letter));
    const option = all.find((one) => word.startsWith(one.length === 2 ? one : `${one}=`) && word !== one);
    const content = isNext ? (form === "any" ? words[at + 1] : undefined) : option && word.slice(option.length).replace(/^=/, "");
    return content === undefined ? [] : [text(content.replace(/^exec=/, ""), "the text that a shell is to run is not in the line", "own")];
  });
}

function runnerCarries(words: string[], [commands, options]: [string, string]): Carried[] {
  const at = words.findIndex((word) => commands.split(" ").includes(word));
  const isFirst = words.slice(0, at).every((word, i) => word.startsWith("-") || words[i - 1]?.startsWith("-"));
  if (at < 0 || !isFirst) return [];
  const own = words.slice(at + 1);
  const script = /^-(?:c|-call)\b/.test(own.find((word) => word !== "-y" && word !== "--yes") ?? "") ? optionTexts(own, "-c --call") : [];
  return script.length > 0 ? script : carry(behindOptions(own, options), "own");
}

function environmentCarries(words: string[]): Carried[] {
  const environment: Ran["environment"] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const split = /^(?:-[a-z]*S|--split-string=?)([\s\S]*)$/.exec(word);
    if (split) {
      const rest = [split[1] || words[at + 1] || "", ...words.slice(split[1] ? at + 1 : at + 2)];
      return [text(rest.join(" "), "what `env` is to run is not in the line", "own")];
    }
    const pair = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word);
    if (pair) environment.push({ name: pair[1] as string, value: pair[2] as string });
    else if (/^(?:-u|-C|--unset|--chdir)$/.test(word)) at += 1;
    else if (!word.startsWith("-")) return [{ kind: "words", words: words.slice(at), shell: "own", environment }];
  }
  return [];
}

const XARGS_OPTIONS = "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-chars --max-lines --max-procs --process-slot-var";

/** What is read becomes words at the end, or in the place of the mark of `-I`. */
function xargsCarries(words: string[], { input }: Ran): Carried[] {
  const command = behindOptions(words, XARGS_OPTIONS);
  if (command.length === 0) return [];
  const own = words.slice(0, words.length - command.length);
  const texts = input?.texts ?? [MANY];
  const mark = own.findIndex((word) => /^(?:-I|-i|--replace)/.test(word));
  if (mark < 0)
    return texts.flatMap((one) => carry([...command, ...(isKnown(one) ? one.split(/[\s\0]+/).filter(Boolean) : [MANY])], "own"));
  const [, option = "", joined = ""] = /^(-[Ii]|--replace)=?([\s\S]*)$/.exec(own[mark] as string) ?? [];
  const place = joined || (option === "-I" ? own[mark + 1] : "") || "{}";
  const lines = texts.flatMap((one) => (isKnown(one) ? one.split("\n").filter(Boolean) : [ANY]));
  return lines.flatMap((line) =>
    carry(
      command.map((word) => word.replaceAll(place, () => line)),
      "own",
    ),
  );
}

/** A line for a shell in which `{}` stands for each word behind `:::`, or for each line that is read. */
function parallelCarries(words: string[], { input }: Ran): Carried[] {
  const rest = behindOptions(words, "-j -a -I -n -N --jobs --arg-file --colsep --delay --joblog --results --retries --timeout");
  const at = rest.findIndex((word) => /^:{3,4}\+?$/.test(word));
  const line = (at < 0 ? rest : rest.slice(0, at)).join(" ");
  const read = input?.texts?.flatMap((one) => one.split("\n").filter(Boolean)) ?? [ANY];
  const given = at < 0 ? read : rest[at] === ":::" ? rest.slice(at + 1).filter((word) => !/^:{3,4}\+?$/.test(word)) : [ANY];
  return given.map((word) => {
    const content = /\{\d*\}/.test(line) ? line.replace(/\{\d*\}/g, () => word) : `${line} ${word}`;
    return text(content, "what `parallel` is to run is not in the line", "own");
  });
}

function watchCarries(words: string[]): Carried[] {
  const rest = behindOptions(words, "-n -q --interval --equexit");
  const isPlain = words.slice(0, words.length - rest.length).some((word) => /^-[a-z]*x|^--exec$/.test(word));
  return isPlain ? carry(rest, "own") : [text(rest.join(" "), "what `watch` is to run is not in the line", "own")];
}

function eachWord(words: string[]): Carried[] {
  return words.filter((word) => word.includes(" ")).map((word) => text(word, "a command is not in the line", "own"));
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
