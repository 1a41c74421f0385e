// Programs that reach beyond the tree: other machines, more rights, the public, keys. Pure.

import type { CommandClass, GuardPlaces } from "../rules.ts";
import { resolvedAt } from "../shell/builtins.ts";
import type { Ran } from "../shell/run.ts";
import { maybe } from "../shell/values.ts";
import type { Finding } from "./command-classes.ts";
import { isIn } from "./zones.ts";

const NETWORK = "It talks to another machine.";
const RIGHTS =
  "Nothing here can get more rights. Do it without: install below the tree or $TMPDIR; what a person must do first, say in your answer.";
const MACHINE = "It changes the machine, which is the person's. Say in your answer what is needed.";
const PUBLIC = "It publishes something for others to see.";
const KEYS = "Keys, tokens and logins are not for agents. If the task cannot be done without, say so in your answer.";

/** Class and reason of programs that are so whatever they are told. */
const ALWAYS: [CommandClass, string, string][] = [
  [
    "network",
    NETWORK,
    "wget2 ftp tftp telnet ssh sftp ssh-copy-id mosh aria2c nmap dig nslookup host ping ping6 traceroute mtr whois sendmail mail mailx",
  ],
  ["privilege", RIGHTS, "sudo sudoedit su doas pkexec runuser setpriv setcap chroot unshare nsenter visudo newgrp"],
  ["privilege", MACHINE, "umount swapon swapoff insmod modprobe rmmod systemd-run loginctl shutdown reboot halt poweroff init telinit"],
  ["privilege", MACHINE, "iptables ip6tables nft ufw firewall-cmd useradd userdel usermod groupadd groupdel passwd chpasswd chsh at batch"],
  ["credentials", KEYS, "ssh-add secret-tool pass gopass security kwallet-query keyctl"],
];
const BY_PROGRAM = new Map(
  ALWAYS.flatMap(([kind, reason, names]) => names.split(" ").map((name) => [name, { class: kind, reason }] as const)),
);

type Test = (words: string[]) => boolean;
type Entry = { class: CommandClass; reason: string; when: Test };

/** The word that says what a program is to do; the first one may be the value of an option before it. */
function commandsOf(words: readonly string[]): string[] {
  const at = words.findIndex((word) => !word.startsWith("-"));
  const mayBeValue = at > 0 && !(words[at - 1] as string).includes("=");
  const next = mayBeValue ? words.slice(at + 1).find((word) => !word.startsWith("-")) : undefined;
  return [words[at] ?? "", next ?? ""];
}

const first =
  (...commands: string[]): Test =>
  (words) =>
    commandsOf(words).some((word) => word !== "" && commands.some((one) => maybe(word, one)));
const pair =
  (one: string, ...others: string[]): Test =>
  (words) => {
    const [command = "", next = ""] = words.filter((word) => !word.startsWith("-"));
    return maybe(command, one) && others.some((other) => maybe(next, other));
  };
const has =
  (pattern: RegExp): Test =>
  (words) =>
    words.some((word) => pattern.test(word));
const either =
  (...tests: Test[]): Test =>
  (words) =>
    tests.some((test) => test(words));
const isRehearsal: Test = has(/^(?:--dry-run(?:=.*)?|-n|--help|-h|--check)$/);

/** It is told nothing but options, or something that only looks. */
const looks =
  (...commands: string[]): Test =>
  (words) =>
    words.every((word) => word.startsWith("-")) || commands.some((one) => words.includes(one));

const to = (when: Test): Entry => ({ class: "network", reason: NETWORK, when });
const machine = (when: Test): Entry => ({ class: "privilege", reason: MACHINE, when });
const rights = (when: Test): Entry => ({ class: "privilege", reason: RIGHTS, when });
const publishes = (when: Test): Entry => ({ class: "publish", reason: PUBLIC, when: (words) => when(words) && !isRehearsal(words) });
const keys = (when: Test): Entry => ({ class: "credentials", reason: KEYS, when });

/** What a program is when it is told certain things. */
const ENTRIES: Record<string, Entry[]> = {
  curl: [to(reachesOut)],
  wget: [to(reachesOut)],
  http: [to(reachesOut)],
  https: [to(reachesOut)],
  xh: [to(reachesOut)],
  nc: [to(reachesOut)],
  ncat: [to(reachesOut)],
  netcat: [to(reachesOut)],
  socat: [to(has(/^(?:tcp|udp|openssl|sctp)\d?(?:-connect)?:(?!localhost|127\.|\[?::1)/i))],
  scp: [to(has(/^[^/]+:/))],
  rsync: [to(has(/^(?:rsync:\/\/|[^/]+::?)/))],
  openssl: [to(first("s_client", "s_time")), keys((words) => words[0] === "rsa" && words.includes("-in"))],
  chmod: [rights(has(/^(?:[ugoa]*\+[rwxXst]*s[rwxXst]*|[2467]\d{3}|0[2467]\d{3})$/))],
  chown: [rights(has(/^(?:root|0)(?::.*)?$/))],
  docker: [publishes(first("push")), rights(has(/^(?:--privileged|--pid=host|--cap-add.*|-v\/:.*|--volume=\/:.*)$/)), keys(first("login"))],
  podman: [publishes(first("push")), keys(first("login"))],
  mount: [machine((words) => words.length > 0 && words[0] !== "-l")],
  systemctl: [
    machine((words) => !looks("status", "show", "cat", "is-active", "is-enabled", "is-failed", "list-units", "list-timers")(words)),
  ],
  service: [machine((words) => !looks("status")(words))],
  sysctl: [machine(has(/^-[a-z]*w|=/))],
  crontab: [machine((words) => !words.includes("-l") && !words.includes("-r"))],
  npm: [
    publishes(either(first("publish", "unpublish", "deprecate"), pair("dist-tag", "add", "rm"))),
    keys(first("login", "adduser", "token")),
  ],
  pnpm: [publishes(first("publish"))],
  yarn: [publishes(either(first("publish"), pair("npm", "publish"))), keys(pair("npm", "login"))],
  bun: [publishes(first("publish"))],
  lerna: [publishes(first("publish"))],
  changeset: [publishes(first("publish"))],
  "semantic-release": [publishes(() => true)],
  vsce: [publishes(first("publish"))],
  ovsx: [publishes(first("publish"))],
  jsr: [publishes(first("publish"))],
  cargo: [publishes(first("publish", "yank", "owner")), keys(first("login"))],
  twine: [publishes(first("upload"))],
  flit: [publishes(first("publish"))],
  poetry: [publishes(first("publish"))],
  uv: [publishes(first("publish"))],
  hatch: [publishes(first("publish"))],
  gem: [publishes(first("push", "yank"))],
  mvn: [publishes(has(/^(?:deploy|release:.*|deploy:.*)$/))],
  gradle: [publishes(has(/^(?:.*:)?publish\w*$/))],
  gradlew: [publishes(has(/^(?:.*:)?publish\w*$/))],
  dotnet: [publishes(pair("nuget", "push"))],
  nuget: [publishes(first("push"))],
  helm: [publishes(first("push", "install", "upgrade"))],
  gh: [publishes(outward), keys(pair("auth", "token", "login", "refresh")), to(first("api", "pr", "issue", "repo", "run", "release"))],
  glab: [publishes(outward), to(first("api", "mr", "issue"))],
  kubectl: [publishes(first("apply", "create", "replace", "patch", "scale", "rollout", "set", "edit"))],
  terraform: [publishes(first("apply"))],
  tofu: [publishes(first("apply"))],
  pulumi: [publishes(first("up"))],
  fly: [publishes(first("deploy"))],
  flyctl: [publishes(first("deploy"))],
  vercel: [publishes((words) => words.length === 0 || either(first("deploy"), has(/^--prod$/))(words))],
  netlify: [publishes(first("deploy"))],
  wrangler: [publishes(either(first("deploy", "publish"), pair("pages", "deploy")))],
  firebase: [publishes(first("deploy"))],
  heroku: [publishes(has(/^(?:container:release|releases:.*|pipelines:promote)$/))],
  aws: [
    keys(
      either(
        pair("configure", "get", "list", "export-credentials"),
        pair("sts", "get-session-token"),
        pair("secretsmanager", "get-secret-value"),
      ),
    ),
  ],
  gcloud: [
    publishes(either(pair("app", "deploy"), pair("run", "deploy"))),
    keys(pair("auth", "print-access-token", "print-identity-token", "login")),
  ],
  az: [keys(pair("account", "get-access-token"))],
  gpg: [keys(has(/^--export-secret-(?:keys|subkeys)$/))],
  op: [keys(first("read", "item", "document"))],
  vault: [keys(first("read", "kv"))],
};

/** The programs that may reach beyond the tree. */
export const REACHING = [...BY_PROGRAM.keys(), ...Object.keys(ENTRIES)];

export function reachFindings(program: string, ran: Ran, places: GuardPlaces): Finding[] {
  const words = ran.words.slice(1);
  const isHarmless = isOfTree(ran, places) || /^(?:-h|-V|--help|--version)$/.test(words.join(" "));
  const always = isHarmless ? undefined : BY_PROGRAM.get(program);
  const entries = Object.hasOwn(ENTRIES, program) ? (ENTRIES[program] ?? []) : [];
  const told = entries.filter(({ class: kind, when }) => when(words) && !(isHarmless && kind === "privilege"));
  const found = told.map(({ class: kind, reason }) => ({ class: kind, reason }));
  return always ? [always, ...found] : found;
}

/** `./init` is the project's own, whatever a program of the system with that name does. */
function isOfTree({ words: [first = ""], cwd }: Ran, places: GuardPlaces): boolean {
  const path = first.includes("/") ? resolvedAt(cwd, first) : null;
  return path !== null && isIn(path, places.tree);
}

/** A server of one's own on this machine is no other machine. */
const LOCAL = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0)(?::|\/|$)/i;

/** Of the words that may be addresses one is not on this machine; or there is none to see, and it comes from elsewhere. */
function reachesOut(words: string[]): boolean {
  if (words.some((word) => /^(?:--version|-V|--help)$/.test(word))) return false;
  const addresses = words.filter(
    (word) =>
      /^[a-z]+:\/\//i.test(word) || (!word.startsWith("-") && /^[\w.-]+(?:\.[a-z]{2,}|:\d+)(?:[/:?]|$)/i.test(word)) || LOCAL.test(word),
  );
  return addresses.length === 0 || !addresses.every((word) => LOCAL.test(word));
}

/** What `gh` and `glab` make that others see. */
function outward(words: string[]): boolean {
  const [noun = "", verb = ""] = words.filter((word) => !word.startsWith("-"));
  const isNoun = ["pr", "mr", "issue", "release", "repo", "gist", "workflow", "secret", "variable", "label"].some((one) =>
    maybe(noun, one),
  );
  return (
    isNoun &&
    [
      "create",
      "merge",
      "close",
      "comment",
      "edit",
      "delete",
      "upload",
      "reopen",
      "review",
      "fork",
      "rename",
      "run",
      "set",
      "ready",
      "note",
      "transfer",
      "archive",
    ].some((one) => maybe(verb, one))
  );
}
