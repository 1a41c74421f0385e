// What a sandboxed run may see and touch, and the words that start a command in it. Pure.
import { Fault } from "../kernel/fault.ts";
import type { Network, RunRights, Sandbox, SandboxLevel, SandboxPolicy, SandboxProbe, SandboxSpec, SandboxWish } from "./schema.ts";

/** How the machine starts a sandbox: ccm's own words, the file that holds the spec, and util-linux's unshare. */
export type SandboxLaunch = {
  executable: readonly string[];
  specPath: string;
  unshare: string;
  /** `none` for root on a machine that has user namespaces switched off; root needs none to mount. */
  userNamespace?: "own" | "none";
  /** Sockets to cover that only who is outside can find. */
  sockets?: readonly string[];
};

/**
 * The words that go before a command's own. At `namespace` what starts is `unshare`, which blocks SIGINT and SIGTERM
 * while it waits: send them to the process group (start it as a group leader). SIGKILL to it ends everything inside.
 */
export function sandboxArgv(spec: SandboxSpec, launch: SandboxLaunch): string[] {
  if (spec.level === "none") return [];
  const enter = [...launch.executable, "sandbox", "--spec", launch.specPath];
  if (spec.level === "kernel") return [...enter, "--"];
  const sockets = (launch.sockets ?? []).flatMap((path) => ["--socket", path]);
  return [...unshareArgv(launch, spec.user === null ? launch.userNamespace : "none"), ...enter, ...sockets, "--"];
}

/**
 * The own uid is mapped, not root: agents refuse to skip permissions as user 0, and npm and git act differently.
 * --keep-caps leaves ccm the namespace's capabilities for its mounts; it gives them up before the command starts. For a
 * user of its own, only root outside of any such namespace may map files.
 */
function unshareArgv(launch: SandboxLaunch, userNamespace: SandboxLaunch["userNamespace"]): string[] {
  const user = userNamespace === "none" ? [] : ["--user", "--map-current-user", "--keep-caps"];
  return [launch.unshare, ...user, "--mount", "--ipc", "--pid", "--fork", "--kill-child", "--"];
}

/** The strongest level that works, or null; `none` is no level that anybody gets without asking. */
export function strongest(probes: readonly SandboxProbe[]): SandboxLevel | null {
  return probes.find((probe) => probe.works && probe.level !== "none")?.level ?? null;
}

/** The level that runs get: the one asked for when it works, with `auto` the strongest; `none` only when a person allows it. */
export function chosenLevel(
  probes: readonly SandboxProbe[],
  settings: { level: "auto" | SandboxLevel; allowNone: boolean },
): SandboxLevel | null {
  const none = settings.allowNone ? "none" : null;
  if (settings.level === "auto") return strongest(probes) ?? none;
  if (settings.level === "none") return none;
  return probes.some((probe) => probe.level === settings.level && probe.works) ? settings.level : null;
}

/** What of a spec is kept with its run: what does not act is left out. */
export function rightsOf({ level, network, hosts, ports, unixSockets, user }: SandboxSpec): RunRights {
  if (level === "none") return { network: "host", hosts: [], ports: [], unixSockets: false, user: null };
  return {
    network,
    hosts: network === "hosts" ? hosts : [],
    ports: network === "ports" ? ports : [],
    unixSockets: level === "kernel" && unixSockets,
    user: user?.id ?? null,
  };
}

const NETWORK_TEXT: Record<Network, string> = { host: "whole network", hosts: "named hosts", ports: "named ports", none: "no network" };

/** The level, and the network where it is less than the machine's: `namespace`, `kernel, no network`; empty before it is known. */
export function sandboxText(level: SandboxLevel | null, rights: RunRights | null): string {
  const network = rights?.network ?? "host";
  return level && network !== "host" ? `${level}, ${NETWORK_TEXT[network]}` : (level ?? "");
}

/** All of it: `namespace, named hosts (model.example), user 60706`. */
export function rightsText(level: SandboxLevel | null, rights: RunRights | null): string {
  if (!level || !rights || level === "none") return level ?? "";
  const { network, hosts, ports, unixSockets, user } = rights;
  const named = [...hosts, ...ports].join(", ");
  const reach = NETWORK_TEXT[network] + (named === "" ? "" : ` (${named})`);
  return [level, reach, ...(unixSockets ? ["unix sockets"] : []), ...(user === null ? [] : [`user ${user}`])].join(", ");
}

/** Why nothing may run where this level is asked for and is not to be had. */
export function levelFault(wish: "auto" | SandboxLevel): Fault {
  if (wish === "auto")
    return new Fault(
      "denied",
      "No sandbox works on this machine.",
      "`ccm doctor` says why; `sandbox.allowNone: true` runs agents without one.",
    );
  const text =
    wish === "none" ? 'Its runs are to have the level "none", which nobody has allowed.' : `No sandbox of level "${wish}" works here.`;
  const hint =
    wish === "none"
      ? "`ccm config set sandbox.allowNone true` allows it for this machine."
      : "`ccm doctor` says why; with the level `auto` runs get the strongest there is: `ccm edit-project PROJECT --sandbox level=auto`.";
  return new Fault("denied", text, hint);
}

/** From this ABI of Landlock (Linux 6.7) on, connecting by TCP can be held to ports. */
export const PORTS_ABI = 4;

/** Whether a machine with that ABI of Landlock can hold a run to the network; without a sandbox nothing is held. */
export function holdsNetwork(level: SandboxLevel, network: Network, landlockAbi: number): boolean {
  if (level === "none" || network === "host" || network === "none") return true;
  return hasOwnNetwork({ level, network }) || landlockAbi >= PORTS_ABI;
}

/** The level that runs with this policy get here, or why they may not start: `denied`. */
export function levelFor(here: Pick<Sandbox, "level">, { level, network }: Pick<SandboxPolicy, "level" | "network">): SandboxLevel | Fault {
  const found = here.level(level, network);
  if (found) return found;
  if (!here.level(level)) return levelFault(level);
  return new Fault(
    "denied",
    `This machine cannot hold a run to the network "${network}".`,
    `It needs Linux 6.7 with Landlock${network === "hosts" ? ", or the level namespace" : ""}; \`ccm edit-project PROJECT --sandbox network=…\` asks for another.`,
  );
}

/**
 * The launcher runs for milliseconds, each line of it once: compiling its functions costs more than it saves (a third of
 * the processor time of a start, measured), and at `namespace` the launcher stays as init, smaller without. bun:ffi needs
 * the compiler itself, so it cannot be switched off whole.
 */
const LAUNCHER_ENGINE = { BUN_JSC_useDFGJIT: "0", BUN_JSC_useBaselineJIT: "0" };

/** Variables of the command, as they travel through the launcher. */
export const CARRIED = "CCM_CARRIED_";

/**
 * The environment for starting `sandboxArgv`: each variable under a name that means nothing to the linker, Bun or
 * unshare, so that what a project sets for its agent (LD_PRELOAD, BUN_OPTIONS) acts on the agent only. The last step
 * takes the prefix off and passes on exactly these. Not a file, because a run's token is among them. For level `none`
 * it is the environment itself.
 */
export function sandboxEnv(level: SandboxLevel, env: Readonly<Record<string, string>>): Record<string, string> {
  if (level === "none") return { ...env };
  return { ...LAUNCHER_ENGINE, ...Object.fromEntries(Object.entries(env).map(([name, value]) => [CARRIED + name, value])) };
}

/** The command's own environment out of the launcher's, as `NAME=value`. */
export function carriedEnv(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (name.startsWith(CARRIED) ? [`${name.slice(CARRIED.length)}=${value}`] : []));
}

/** Whether the network is one of the sandbox's own, with nothing but loopback in it. */
export function hasOwnNetwork({ level, network }: Pick<SandboxSpec, "level" | "network">): boolean {
  return level === "namespace" && (network === "hosts" || network === "none");
}

/** What holds when nobody said anything: agents must reach their model. */
const UNSAID: SandboxPolicy = {
  level: "auto",
  network: "host",
  hosts: ["model"],
  ports: [443],
  hide: [],
  readOnly: [],
  unixSockets: false,
};

/** The configuration's, before a person changes it. */
export const SANDBOX_DEFAULTS = { ...UNSAID, allowNone: false, ownUser: "auto", show: [] as string[] } as const;

/** What holds when these spoke one after another. */
export function policyOf(...wishes: readonly (SandboxWish | undefined)[]): SandboxPolicy {
  return { ...UNSAID, ...wishes.reduce<SandboxWish>(bothWishes, {}) };
}

/** What two say: the second one's word goes before the first one's, and what either hides or protects is so. */
export function bothWishes(first: SandboxWish = {}, second: SandboxWish = {}): SandboxWish {
  const both = (key: "hide" | "readOnly") => ({ [key]: unique([...(first[key] ?? []), ...(second[key] ?? [])]) });
  return { ...first, ...second, ...both("hide"), ...both("readOnly") };
}

/** Ids that systemd leaves to nobody (its UIDS-GIDS.md), and no distribution gives out: more than runs there can be at a time. */
const OWN_USERS = { first: 60_600, last: 61_182 };
/** That of git in agents' trees. */
export const GIT_USER = 61_183;

/** A user that no run has which is live now; null when there is none left. */
export function freeUser(taken: readonly (number | null | undefined)[]): number | null {
  for (let id = OWN_USERS.first; id <= OWN_USERS.last; id += 1) if (!taken.includes(id)) return id;
  return null;
}

/**
 * Below the home folder, what programs that many have keep there: keys, tokens, histories, messages, sockets of agents that
 * act for the person. `sandbox.hide` adds to it, and `sandbox.show` takes away.
 */
const HIDDEN_AT_HOME = [
  // Keys, and what opens other machines.
  ...[".ssh", ".gnupg", ".pki", ".putty", ".step", ".netrc", ".pgpass", ".my.cnf", ".vault-token", ".config/sops", ".config/age"],
  ...[".config/filezilla", ".config/rclone", ".Xauthority", ".ICEauthority", ".password-store", ".1password", ".config/1Password"],
  ...[".config/op", ".config/Bitwarden", ".config/Bitwarden CLI", ".config/keepassxc", ".local/share/keyrings", ".local/share/kwalletd"],
  ...[".bitcoin", ".electrum", ".ethereum", ".config/solana"],
  // The keys of ccm's own encrypted secrets.
  ".config/ccm",
  // Forges, registries, build tools.
  ...[".git-credentials", ".config/git/credentials", ".config/gh", ".config/hub", ".config/glab-cli", ".config/github-copilot"],
  ...[".npmrc", ".yarnrc.yml", ".pypirc", ".pip/pip.conf", ".config/pip/pip.conf", ".config/pypoetry/auth.toml", ".gem/credentials"],
  ...[".bundle/config", ".cargo/credentials", ".cargo/credentials.toml", ".m2/settings.xml", ".gradle/gradle.properties"],
  ...[".sbt/.credentials", ".ivy2/.credentials", ".composer/auth.json", ".config/composer/auth.json", ".config/configstore"],
  ...[".huggingface", ".cache/huggingface/token", ".cache/huggingface/stored_tokens", ".kaggle"],
  // Clouds and what is run in them.
  ...[".aws", ".azure", ".config/gcloud", ".boto", ".s3cfg", ".mc/config.json", ".oci", ".aliyun", ".bluemix", ".config/doctl"],
  ...[".config/hcloud", ".config/linode-cli", ".config/scw", ".fly", ".railway", ".netlify", ".config/netlify", ".wrangler"],
  ...[".config/.wrangler", ".cloudflared", ".ngrok2", ".config/ngrok", ".local/share/com.vercel.cli", ".supabase", ".config/stripe"],
  ...[".terraform.d", ".terraformrc", ".pulumi/credentials.json", ".databrickscfg", ".dbt/profiles.yml", ".snowflake"],
  ...[".kube", ".minikube", ".config/helm", ".docker", ".config/containers", ".local/share/containers", ".colima", ".lima"],
  // Browsers, mail, messages; what snaps and flatpaks keep.
  ...[".mozilla", ".thunderbird", ".config/google-chrome", ".config/google-chrome-beta", ".config/chromium", ".config/BraveSoftware"],
  ...[".config/microsoft-edge", ".config/vivaldi", ".config/opera", ".config/Slack", ".config/discord", ".config/Signal"],
  ...[".local/share/TelegramDesktop", ".local/share/evolution", "snap", ".var/app"],
  // Logins and other sessions of agents: a run gets those of its own agent from its driver.
  ...[".claude.json", ".claude/.credentials.json", ".claude/projects", ".claude/history.jsonl", ".claude/file-history"],
  ...[".claude/shell-snapshots", ".codex/auth.json", ".codex/sessions", ".gemini/oauth_creds.json", ".gemini/tmp"],
  // What was typed, often with a password in it.
  ...[".bash_history", ".bash_sessions", ".zsh_history", ".zsh_sessions", ".zhistory", ".history", ".local/share/fish"],
  ...[".local/share/atuin", ".config/nushell/history.txt", ".python_history", ".node_repl_history", ".irb_history", ".lesshst"],
  ...[".psql_history", ".mysql_history", ".sqlite_history", ".rediscli_history", ".mongodb", ".viminfo"],
];

/** Whether a place is, or is in, one that is hidden for the keys and tokens in it; `~` is the home folder. */
export function isHiddenAtHome(place: string, userHome: string): boolean {
  const within = place.startsWith(`${userHome}/`) ? place.slice(userHome.length + 1) : place.replace(/^~\//, "");
  return HIDDEN_AT_HOME.some((hidden) => within === hidden || within.startsWith(`${hidden}/`));
}

/** /run holds the sockets of tmux, D-Bus, docker and databases; temporary folders what other programs left there. */
const HIDDEN_ON_MACHINE = ["/run", "/tmp", "/var/tmp", "/dev"];

/** Parts of /run that honest programs read: name resolution, and where NixOS keeps its programs. */
const SHOWN_ON_MACHINE = [
  "/run/systemd/resolve/resolv.conf",
  "/run/systemd/resolve/stub-resolv.conf",
  "/run/current-system",
  "/run/booted-system",
];

/** Parts of a private git directory that git reads as configuration, or that say where its objects are. */
const PROTECTED_GIT = ["config", "config.worktree", "hooks", "info", "objects/info", "commondir"];

/**
 * What a task's sandbox is made from; all paths absolute and resolved. `repositoryGit` is the person's git directory:
 * the private one borrows its objects. `settings` is the configuration; `write` and `show` add what a driver needs
 * (`~/.claude`, ccm's own executable when it lies below something hidden).
 */
export type SandboxOrder = {
  level: SandboxLevel;
  tree: string;
  git: string;
  tmp: string;
  spool: string;
  ccmHome: string;
  userHome: string;
  repositoryGit: string;
  network: SandboxSpec["network"];
  hosts?: readonly string[];
  ports?: readonly number[];
  relays?: SandboxSpec["relays"];
  fileBytes?: number;
  user?: number | null;
  unixSockets?: boolean;
  hide?: readonly string[];
  /** Inside the tree, relative to its top. */
  readOnly?: readonly string[];
  write?: readonly string[];
  show?: readonly string[];
};

/** The spec of one task's sandbox. */
export function sandboxSpec(order: SandboxOrder): SandboxSpec {
  const home = (path: string) => (path === "~" || path.startsWith("~/") ? order.userHome + path.slice(1) : path);
  const hidden = [...HIDDEN_ON_MACHINE, ...HIDDEN_AT_HOME.map((name) => `~/${name}`), ...(order.hide ?? [])].map(home);
  return {
    level: order.level,
    write: unique([order.tree, order.git, order.tmp, order.spool, ...(order.write ?? []).map(home)]),
    protect: [
      ...PROTECTED_GIT.map((name) => `${order.git}/${name}`),
      ...(order.readOnly ?? []).map((path) => `${order.tree}/${path.replace(/\/$/, "")}`),
    ],
    // A remote's URL in the repository's configuration often holds a token.
    hide: unique([order.ccmHome, ...hidden, `${order.repositoryGit}/config`]),
    show: unique([order.repositoryGit, ...SHOWN_ON_MACHINE, ...(order.show ?? []).map(home)]),
    tmp: order.tmp,
    cwd: order.tree,
    network: order.network,
    hosts: [...(order.hosts ?? [])],
    ports: [...(order.ports ?? [])],
    relays: [...(order.relays ?? [])],
    fileBytes: order.fileBytes ?? 0,
    user: order.user == null || order.level !== "namespace" ? null : { id: order.user, home: order.userHome },
    unixSockets: order.unixSockets ?? false,
  };
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
