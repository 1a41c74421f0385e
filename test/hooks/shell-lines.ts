// Lines for a shell, made by chance from everything that the parser knows; and what a real bash runs of them.
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Chance } from "../support/random.ts";

/** Programs that only write down with which words they were started. `no` fails. */
export const STUBS = ["alpha", "beta", "gamma", "git", "no"];
const TEXTS = ["push", "-v", "a b", "origin/main", "x", "", "--all=1", "é", "#5", "a'b", "{", "!", "a=b"];
const NAMES = ["V", "W", "X"];

/** `straight`: everything in it runs, once. */
export function lineOf(chance: Chance, how: "straight" | "any"): string {
  const parts = Array.from({ length: 1 + chance.below(4) }, () => command(chance, how, 2));
  const set = how === "straight" ? "export " : "";
  return `${chance.happens(60) ? `${set}V=${word(chance, 0)}; ${set}X=${chance.one(STUBS)}; ` : ""}${parts.join(chance.one(["; ", "\n", " ;\\\n "]))}`;
}

function command(chance: Chance, how: "straight" | "any", depth: number): string {
  if (depth > 0 && chance.happens(45)) return compound(chance, how, depth - 1);
  return simple(chance);
}

function simple(chance: Chance): string {
  const before = chance.happens(15) ? `${chance.one(NAMES)}=${word(chance, 1)} ` : "";
  const program = chance.happens(85) ? disguised(chance, chance.one(STUBS)) : "$X";
  const words = Array.from({ length: chance.below(4) }, () => ` ${word(chance, 1)}`).join("");
  return `${before}${program}${words}${chance.happens(10) ? chance.one([" 2>&1", " >out", " </dev/null", " &>out", " 3<>out"]) : ""}`;
}

/** The same name, written as somebody writes it who does not want it to be found. */
function disguised(chance: Chance, name: string): string {
  const at = 1 + chance.below(name.length - 1);
  const [head, tail] = [name.slice(0, at), name.slice(at)];
  return chance.one([
    name,
    name,
    `${head}''${tail}`,
    `"${head}"${tail}`,
    `${head}\\${tail}`,
    `\\${name}`,
    `$'${head}'${tail}`,
    `${head}\\\n${tail}`,
    `$(echo ${name})`,
    `\`printf %s ${name}\``,
    `${head}"$(:)"${tail}`,
  ]);
}

function word(chance: Chance, depth: number): string {
  const text = chance.one(TEXTS);
  const forms = [
    () => `'${text.replaceAll("'", "'\\''")}'`,
    () => `"${text}"`,
    () => text.replace(/[^\w/=.-]/g, "\\$&") || "''",
    () => `$'${text.replace(/['\\]/g, "\\$&").replace("p", "\\x70").replace("a", "\\141")}'`,
    () => `"$V"`,
    () => "$V",
    () => `\${V:-${chance.one(["d", "'e f'", "$X"])}}`,
    () => `"\${V/u/o}\${#V}"`,
    () => `\${V:1:2}`,
    () => `\${V^^}`,
    () => `\${V%h}`,
    () => `\${V##*/}`,
    () => "{p,q}",
    () => "{1..3}",
    () => "a{b,'c d'}e",
    () => "$((1+2))",
    () => `"$@"`,
    () => "*",
    () => `"\${U[@]}"`,
    ...(depth > 0
      ? [() => `$(echo ${word(chance, 0)})`, () => `"$(${simpleInside(chance)})"`, () => word(chance, 0) + word(chance, 0)]
      : []),
  ];
  return chance.one(forms)();
}

function simpleInside(chance: Chance): string {
  return `${chance.one(STUBS)} ${word(chance, 0)}`;
}

function compound(chance: Chance, how: "straight" | "any", depth: number): string {
  const inner = () => command(chance, how, depth);
  const always = [
    () => `(${inner()})`,
    () => `{ ${inner()}; }`,
    () => `${inner()} | ${inner()}`,
    () => `${inner()} |& { ${inner()}; }`,
    () => `env -i PATH="$PATH" LOG="$LOG" ${chance.one(STUBS)} ${word(chance, 1)}`,
    () => `nice -n 1 ${chance.one(STUBS)} ${word(chance, 0)}`,
    () => `timeout 9 ${chance.one(STUBS)} ${word(chance, 0)}`,
    () => `command ${chance.one(STUBS)} ${word(chance, 0)}`,
    () => `sh -c '${chance.one(STUBS)} "$@"' name ${word(chance, 0)}`,
    () => `bash -c ${quoted(inner())}`,
    () => `eval ${quoted(inner())}`,
    () => `echo ${chance.one(["push", "pull"])} | xargs ${chance.one(STUBS)} x`,
    () => `f() { ${inner()}; }; f ${word(chance, 0)}`,
    () => `function g { ${chance.one(STUBS)} "$1"; }; g ${word(chance, 0)}`,
    () => `for X in ${chance.one(STUBS)} ${chance.one(STUBS)}; do $X ${word(chance, 0)}; done`,
    () => `U=(${word(chance, 0)} ${word(chance, 0)}); ${chance.one(STUBS)} "\${U[@]}" \${U[1]}`,
    () => `cat <<'EOF' | sh\n${chance.one(STUBS)} "a  b" $((2*3))\nEOF\ntrue`,
    () => `bash <<EOF\n${chance.one(STUBS)} "$V" b\nEOF\ntrue`,
    () => `bash <<< "${chance.one(STUBS)} $V"`,
    () => `read -r W <<< "one two"; ${chance.one(STUBS)} "$W"`,
    () => `read -ra U <<< "${chance.one(STUBS)} one two"; "\${U[@]}"`,
    () => `IFS=: read -r W X <<< "one:${chance.one(STUBS)}"; $X "$W"`,
    () => `mapfile -t U <<< "${chance.one(STUBS)}"; "\${U[@]}" ${word(chance, 0)}`,
    () => `printf -v X '%s' ${chance.one(STUBS)}; $X ${word(chance, 0)}`,
    () => `declare -n R=X; R=${chance.one(STUBS)}; $X ${word(chance, 0)}`,
    () => `(set -e ${chance.one(STUBS)} ${chance.one(["one", "'two three'"])}; "$@")`,
    () => `f() { "\${@:2}"; }; f x ${chance.one(STUBS)} ${word(chance, 0)}`,
    () => `bash -c '"$0" "$@"' ${chance.one(STUBS)} ${word(chance, 0)}`,
    () => `bash -eo pipefail -c ${quoted(inner())}`,
    () => `g() { ${inner()}; }; export -f g; bash -c g`,
    () => `coproc JOB { ${inner()}; }; wait`,
    () => `. /dev/stdin <<< ${quoted(simple(chance))}`,
    () => `echo ${chance.one(["push", "pull"])} | xargs -i ${chance.one(STUBS)} x{}`,
    () => `alpha "$(cat <<EOF\na $(beta)\nEOF\n)"`,
    () => `[[ a == a && -n $(alpha) ]]`,
    () => `case $V in ${chance.one(["*", "(*"])}) ${inner()} ;; esac`,
    () => `time ${inner()}`,
    () => `${inner()} # ${chance.one(TEXTS)}`,
    () => `find . -maxdepth 0 -exec ${chance.one(STUBS)} x ';'`,
  ];
  const perhaps = [
    () => `${inner()} && ${inner()}`,
    () => `${inner()} || ${inner()}`,
    () => `! ${inner()}`,
    () => `if ${inner()}; then ${inner()}; else ${inner()}; fi`,
    () => `while no; do ${inner()}; done`,
    () => `until ${chance.one(["alpha", "true"])}; do ${inner()}; done`,
    () => `case $V in push) ${inner()};; *) ${inner()};& x) ${inner()} ;; esac`,
    () => `no && V=git || V=alpha; $V ${word(chance, 0)}`,
    () => `if no; then X=git; fi; $X`,
    () => `[[ $V =~ ^p(u|x)sh$ ]] && ${inner()}`,
    () => `trap ${quoted(simple(chance))} EXIT`,
    () => `${inner()}; exit 0; ${inner()}`,
    () => `shopt -s expand_aliases\nalias a=${chance.one(STUBS)}\na ${word(chance, 0)}`,
  ];
  return chance.one(how === "straight" ? always : [...always, ...perhaps, ...perhaps])();
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const STUB = `#!/bin/sh
printf '%s\\000' "\${0##*/}" "$@" "$(printf '\\001')" >> "$LOG"
[ "\${0##*/}" != no ]
`;

/** Real programs that start others. */
const REAL = ["env", "nice", "timeout", "xargs", "find", "cat", "sh", "bash"];

/** Runs each line by a bash of its own that finds nothing but stubs; gives for each the programs with their words. */
export function ranByBash(lines: readonly string[], folder: string): string[][][] {
  const bin = join(folder, "bin");
  for (const name of [bin, join(folder, "lines"), join(folder, "logs"), join(folder, "home")]) mkdirSync(name);
  for (const [at, name] of STUBS.entries()) {
    if (at === 0) writeFileSync(join(bin, name), STUB);
    else linkSync(join(bin, STUBS[0] as string), join(bin, name));
  }
  chmodSync(join(bin, STUBS[0] as string), 0o755);
  for (const name of REAL) symlinkSync(Bun.which(name) ?? name, join(bin, name));
  for (const [at, line] of lines.entries()) writeFileSync(join(folder, "lines", String(at)), line);
  // Each in an empty folder of its own, so that no pattern finds a file of another line.
  const driver = `for ((i = 0; i < ${lines.length}; i++)); do
    mkdir -p "$ROOT/at/$i"; : > "$ROOT/logs/$i"
    (cd "$ROOT/at/$i" && PATH="$ROOT/bin" LOG="$ROOT/logs/$i" HOME="$ROOT/home" exec bash -c "$(< "$ROOT/lines/$i")") > /dev/null 2>&1 < /dev/null
  done`;
  Bun.spawnSync(["bash", "-c", driver], { env: { PATH: process.env.PATH ?? "", LANG: "C.UTF-8", ROOT: folder } });
  return lines.map((_, at) =>
    readFileSync(join(folder, "logs", String(at)), "utf8")
      .split("\u0001\0")
      .filter((text) => text !== "")
      .map((text) => text.split("\0").slice(0, -1)),
  );
}
