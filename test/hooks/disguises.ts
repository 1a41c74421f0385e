// Commands that guards refuse or ask about when nobody said anything, and the ways to write them so that they are not found.
import type { CommandClass } from "../../src/hooks/rules.ts";
import { PLACES } from "./places.ts";

const { tree } = PLACES;

/** Commands that are refused, or asked about, when nobody said anything. */
export const TABLE: Record<Exclude<CommandClass, "network" | "unclear">, string[]> = {
  git: [
    ...[
      "git push",
      "git push origin HEAD",
      "git -C . push",
      "git --no-pager -c a.b=c push -u origin x",
      "git checkout main",
      "git checkout -b x",
    ],
    ...[
      "git switch -c x",
      "git branch -M main",
      "git config core.hooksPath hooks",
      "git remote add origin x",
      "git remote set-url origin x",
    ],
    ...[
      "git submodule add x y",
      "git submodule update --init",
      "git worktree add ../x",
      "git update-ref refs/heads/x HEAD",
      "git symbolic-ref HEAD x",
    ],
    ...["git lfs install", "cp hook .git/hooks/pre-commit", "tee .git/config"],
  ],
  destructive: [
    ...["rm -rf /", "rm -rf /etc", "rm -r -f /home/ada", "rm -fr ..", "rm -rf .", "rm --recursive ./", "rm -rf .git", "rm -rf -- /usr"],
    ...["find / -delete", "find .. -exec rm -rf x +", "chmod -R 777 /", "chown -R ada /etc", "dd if=x of=/dev/sda", "mkfs.ext4 /dev/sda1"],
    ...["wipefs -a /dev/sda", "mv / x", "kubectl delete pod x", "terraform destroy", "docker system prune -a", "dropdb x", "kill -9 -1"],
  ],
  privilege: [
    ...[
      "sudo true",
      "sudo -u root rm x",
      "su - root",
      "doas ls",
      "pkexec ls",
      "mount x y",
      "systemctl restart x",
      "chmod u+s x",
      "chmod 4755 x",
    ],
    ...["chown root x", "setcap x y", "unshare -r ls", "useradd x", "crontab x", "docker run --privileged x", "sysctl -w a=b", "insmod x"],
  ],
  publish: [
    ...[
      "npm publish",
      "npm --tag next publish",
      "yarn npm publish",
      "pnpm publish",
      "cargo publish",
      "twine upload x",
      "gem push x",
      "docker push x",
    ],
    ...["gh pr create", "gh release create v1", "npx npm publish", "vercel --prod", "terraform apply", "kubectl apply x", "poetry publish"],
  ],
  credentials: [
    ...[
      "cat /home/ada/.ssh/id_rsa",
      "cat /etc/shadow",
      "cat /proc/1/environ",
      "cp /home/ada/.aws/credentials x",
      "tar cf x /home/ada/.gnupg",
    ],
    ...[
      "gh auth token",
      "npm token list",
      "git credential fill",
      "ssh-add -L",
      "pass show x",
      "aws configure get x",
      "gpg --export-secret-keys",
    ],
  ],
};

/** Ways to write the same command; each must come to the same verdict. */
export const DISGUISES: Record<string, (command: string) => string> = {
  "as it is": (command) => command,
  "quoted in parts": (command) =>
    words(command)
      .map((word) => (/^\w{2,}$/.test(word) ? `${word[0]}'${word.slice(1)}'` : word))
      .join(" "),
  "quoted doubly": (command) =>
    words(command)
      .map((word) => (/^[\w.-]+$/.test(word) ? `"${word}"` : word))
      .join(" "),
  "with backslashes": (command) => `\\${command}`,
  "as C escapes": (command) =>
    words(command)
      .map((word) => (/^\w+$/.test(word) ? `$'${hex(word)}'` : word))
      .join(" "),
  "by its path": (command) => `/usr/bin/${command}`,
  "on two lines": (command) => command.replace(" ", " \\\n  "),
  "with tabs": (command) => command.replaceAll(" ", "\t "),
  "behind another": (command) => `true && ${command}`,
  "before another": (command) => `${command} || true`,
  "on a later line": (command) => `# hello\ncd src; ls\n cd "$OLDPWD"\ncd ${tree}\n${command}`,
  "in the background": (command) => `${command} & wait`,
  "in a pipeline": (command) => `yes | ${command} 2>&1 | tail -1`,
  "in a subshell": (command) => `( ${command} )`,
  "in braces": (command) => `{ ${command}; }`,
  "in a condition": (command) => `if ! ${command}; then :; fi`,
  "in a branch": (command) => `case x in x) ${command};; esac`,
  "in a loop": (command) => `for i in 1 2; do ${command}; done`,
  "in a function": (command) => `go() { ${command}; }; go`,
  "in an output": (command) => `echo "it is $( ${command} )"`,
  "in backquotes": (command) => `echo \`${command}\``,
  "in arithmetic": (command) => `echo $((1 + $(${command})))`,
  "in a default": (command) => `: "\${NOTHING:-$( ${command} )}"`,
  "in a here-document": (command) => `cat <<EOF\n$(${command})\nEOF`,
  "as a file": (command) => `diff <( ${command} ) x`,
  "by env": (command) => `env -u X A=b ${command}`,
  "by env -S": (command) => `env -S '${command}'`,
  "by command": (command) => `command ${command}`,
  "by exec": (command) => `exec ${command}`,
  "by nohup and nice": (command) => `nohup nice -n 5 ${command}`,
  "by timeout": (command) => `timeout -k 1 5 ${command}`,
  "by xargs": (command) => `echo | xargs ${command}`,
  "by xargs, read": (command) => `echo ${words(command).slice(1).join(" ")} | xargs ${words(command)[0]}`,
  "by find": (command) => `find x -name y -exec ${command} ';'`,
  "by sh -c": (command) => `sh -c '${command}'`,
  "by bash -lc twice": (command) => `bash -lc "sh -ec '${command}'"`,
  "by eval": (command) => `eval '${command}'`,
  "by eval in parts": (command) =>
    `eval ${words(command)
      .map((word) => `'${word}'`)
      .join(" ")}`,
  "by a trap": (command) => `trap '${command}' EXIT`,
  "read by a shell": (command) => `echo '${command}' | sh`,
  "read from a document": (command) => `bash <<'EOF'\n${command}\nEOF`,
  "read from a string": (command) => `bash <<< '${command}'`,
  "from a variable": (command) => `X='${words(command)[0]}'; $X ${words(command).slice(1).join(" ")}`,
  "whole from a variable": (command) => `X='${command}'; $X`,
  "from a list": (command) => `a=(${command}); "\${a[@]}"`,
  "from two variables": (command) =>
    `a=${words(command)[0]?.slice(0, 1)}; b=${words(command)[0]?.slice(1)}; $a$b ${words(command).slice(1).join(" ")}`,
  "from an output": (command) => `$(echo ${words(command)[0]}) ${words(command).slice(1).join(" ")}`,
  "from the words of a function": (command) => `f() { "$@"; }; f ${command}`,
  "with an unset variable before it": (command) => `$NOTHING ${command}`,
  "as an alias": (command) => `alias x='${command}'\nx`,
  "by npx": (command) => `npx -y ${command}`,
  "by bash -c, from its words": (command) => `bash -eo pipefail -c '"$0" "$@"' ${command}`,
  "by an exported function": (command) => `go() { ${command}; }; export -f go; bash -c go`,
  "as a coprocess": (command) => `coproc JOB { ${command}; }`,
  "by another name of a variable": (command) => `declare -n r=c; c='${command}'; $r`,
  "printed into a variable": (command) => `printf -v c '%s ' ${command}; $c`,
  "read into a list": (command) => `read -ra a <<< '${command}'; "\${a[@]}"`,
  "read between commas": (command) => `IFS=, read -ra a <<< '${words(command).join(",")}'; "\${a[@]}"`,
  "as the words of the shell": (command) => `set ${command}; "$@"`,
  "as an alias with words": (command) => `alias x=${words(command)[0]}\nx ${words(command).slice(1).join(" ")}`,
  "read by source": (command) => `. /dev/stdin <<< '${command}'`,
  "by parallel": (command) => `parallel ::: '${command}'`,
  "by parallel, in its place": (command) => `parallel -j 2 '${words(command)[0]} {}' ::: '${words(command).slice(1).join(" ")}'`,
  "by watch": (command) => `watch -n 1 '${command}'`,
  "by script": (command) => `script -qec '${command}' /dev/null`,
  "by programs that measure": (command) => `perf stat -- prlimit --nofile=9 ${command}`,
  "in a recipe of make": (command) => `make -f - <<< 'x: ; @${command}'`,
  "in Python": (command) => `python3 -c 'import os; os.system("${command}")'`,
  "in Python, as a list": (command) => `python3 - <<'EOF'\nimport subprocess\nsubprocess.run(${JSON.stringify(words(command))})\nEOF`,
  "in JavaScript": (command) => `node -e 'require("child_process").execSync("${command}")'`,
  "in Perl": (command) => `perl -we 'print \`${command}\`'`,
  "in awk": (command) => `awk -v a=b 'BEGIN { system("${command}") }'`,
};

function words(command: string): string[] {
  return command.split(" ");
}

function hex(word: string): string {
  return [...word].map((letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join("");
}

/** Those that take whatever is a command for a shell; a program such as `env` takes only words. */
export const AROUND_ANYTHING =
  /^(?:behind|before|in the background|in a (?:subshell|condition|branch|loop|function|default)|in braces|in an output|as a file)/;
