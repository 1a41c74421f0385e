// What a sandboxed command may see and touch; written by the daemon as JSON, obeyed by `ccm sandbox`.

/** Strongest first. `namespace`: own mounts and pids, Landlock, seccomp. `kernel`: Landlock and seccomp. `none`: nothing. */
export const SANDBOX_LEVELS = ["namespace", "kernel", "none"] as const;
export type SandboxLevel = (typeof SANDBOX_LEVELS)[number];

/**
 * What a run reaches. `host`: what the machine reaches. `hosts`: named hosts, through a proxy of its host's. `ports`: the
 * machine's network, but TCP only to these ports. `none`: nothing.
 */
export const NETWORKS = ["host", "hosts", "ports", "none"] as const;
export type Network = (typeof NETWORKS)[number];

/** What somebody says about the sandbox of runs; what is left out is as it was said before. `readOnly` is inside the tree. */
export type SandboxWish = {
  level?: "auto" | SandboxLevel;
  network?: Network;
  hosts?: string[];
  ports?: number[];
  hide?: string[];
  readOnly?: string[];
  unixSockets?: boolean;
};

/** What holds for one run after everybody has spoken. */
export type SandboxPolicy = Required<SandboxWish>;

/**
 * All paths absolute. Everything not hidden may be read; only `write` may be written. `hide` is simply not there (or,
 * at `kernel`, not readable). Of nested paths the innermost decides, so `show` makes holes in `hide` and `hide` in
 * `show`; at the same path `write` wins over `show` and `show` over `hide`.
 */
export type SandboxSpec = {
  level: SandboxLevel;
  /** Folders and files that may be written (and read). */
  write: string[];
  /**
   * Inside `write`, what stays read-only: at `namespace` by mounts, which the folders around it become, too; at `kernel` not
   * enforced, checked after the run.
   */
  protect: string[];
  /** Folders and files that must not be readable. */
  hide: string[];
  /** Read-only holes in `hide`. */
  show: string[];
  /** The folder that becomes /tmp at `namespace`; also in `write`. */
  tmp: string;
  cwd: string;
  /** `none` and `hosts`: a loopback of its own at `namespace`. `none` at `kernel`: no internet sockets at all. */
  network: Network;
  /** Of network `hosts`: what the proxy of its host's lets through; see `allowanceOf`. */
  hosts: string[];
  /** TCP ports that may be connected to, of networks `ports` and (at `kernel`) `hosts`; the host adds its own. */
  ports: number[];
  /** In a network of its own: ports of its loopback that lead to unix sockets of its host's. */
  relays: { port: number; socket: string }[];
  /** Largest file that it may write (RLIMIT_FSIZE), in bytes; 0 is no limit. */
  fileBytes: number;
  /**
   * At `namespace`, of a daemon that is root: the user and group of its own that it runs as, for whom what is root's below
   * `home` and in the places above is its own. Null: as the daemon.
   */
  user: { id: number; home: string } | null;
  /** At `kernel` only: allows unix sockets, which opens tmux, D-Bus, docker and agent sockets. */
  unixSockets: boolean;
};

/** What its sandbox let a run do beyond its level: kept with it, for people. */
export type RunRights = Pick<SandboxSpec, "network" | "hosts" | "ports" | "unixSockets"> & { user: number | null };

/** What trying a level on this machine showed. */
export type SandboxProbe = { level: SandboxLevel; works: boolean; detail: string };

/** The sandbox of this machine as decided when the daemon started. */
export type Sandbox = {
  /**
   * The level that runs get where this is asked for, else what the configuration asks for; null when it does not work here,
   * or is `none` without `sandbox.allowNone`, or cannot hold a run to that network: then no run may start.
   */
  level(wish?: SandboxWish["level"], network?: Network): SandboxLevel | null;
  /** Whether runs at `namespace` have a user of their own: a daemon that is root, on a machine that can map files to one. */
  ownUser(): boolean;
};

declare module "../kernel/context.ts" {
  interface Outside {
    sandbox: Sandbox;
  }
}
