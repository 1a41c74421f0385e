// What ccm tries from inside a sandbox for `ccm doctor --sandbox`: each attempt to break a promise must fail there.
import {
  chmodSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { call } from "./libc.ts";
import type { TrialPlaces } from "./trial-places.ts";

type Attempt = (places: TrialPlaces) => unknown;

/** By the promise's name; several ways each, of which any that succeeds breaks it. */
const ATTEMPTS: Record<string, Attempt[]> = {
  keys: [
    ({ key }) => read(key),
    ({ key }) => readBySymlink(key),
    ({ key }) => read(`/proc/self/root${key}`),
    ({ key }) => readByHardLink(key),
  ],
  there: [({ key }) => statSync(key)],
  home: [
    ({ database }) => read(database),
    ({ otherTask }) => read(otherTask),
    ({ ccmHome }) => readdirSync(ccmHome).includes("ccm.db") || refused(),
  ],
  remotes: [({ repository }) => read(join(repository, "config"))],
  write: [
    ({ person }) => writeFileSync(join(person, "new"), ""),
    ({ file }) => writeFileSync(file, "evil"),
    ({ file }) => writeFileSync(`/proc/self/root${file}`, "evil"),
    ({ file }) => writeFileSync(`/proc/self/fd/${openSync(file, "r")}`, "evil"),
    ({ file }) => truncateSync(file, 0),
    ({ person }) => renameIn(join(person, "moved")),
    ({ file }) => renameSync(file, "stolen"),
    ({ file }) => writeBySymlink(file),
  ],
  repository: [
    ({ repository }) => writeFileSync(join(repository, "refs/heads/evil"), "evil"),
    ({ repository }) => writeFileSync(join(repository, "hooks/post-commit"), "evil"),
    ({ repository }) => unlinkSync(join(repository, "HEAD")),
  ],
  attributes: [({ file }) => chmodSync(file, 0o600)],
  "private-git": [({ git }) => writeFileSync(join(git, "config"), "evil")],
  "file-size": [({ fileBytes }) => writeFileSync("large", Buffer.alloc(fileBytes + 1))],
  see: [({ outside }) => existsSync(`/proc/${outside}/status`) || refused()],
  look: [
    ({ outside }) => read(`/proc/${outside}/environ`).includes("OUTSIDE") || refused(),
    ({ outside }) => openSync(`/proc/${outside}/mem`, "r+"),
    ({ outside }) => readlinkSync(`/proc/${outside}/cwd`),
    ({ outside }) => readdirSync(`/proc/${outside}/root`),
  ],
  signal: [({ outside }) => process.kill(outside, 0)],
  trace: [({ outside }) => called(call("ptrace", PTRACE_SEIZE, outside, 0, 0))],
  terminals: [() => terminals().map((path) => openSync(path, "w")).length > 0 || refused()],
  sockets: [({ socket }) => connect({ unix: socket })],
  abstract: [({ abstract }) => connect({ unix: `\0${abstract}` })],
  privileges: [() => /^NoNewPrivs:\s*1$/m.test(ownStatus()) && /^CapEff:\s*0+$/m.test(ownStatus()) && refused()],
  mounts: [
    ({ tree }) => called(call("mount", "none", tree, "tmpfs", 0, 0)),
    () => called(call("unshare", CLONE_NEWUSER)),
    ({ tree }) => called(call("chroot", tree)),
  ],
  kernel: [() => called(call("keyctl", KEYCTL_GET_KEYRING_ID, SESSION_KEYRING, 0)), () => called(call("perf_event_open", 0, 0, 0, 0, 0))],
  "none-tcp": [({ port }) => connect({ hostname: "127.0.0.1", port })],
  "none-udp": [({ port }) => sendTo(port)],
  "hosts-tcp": [({ port }) => connect({ hostname: "127.0.0.1", port })],
  "ports-tcp": [({ port }) => connect({ hostname: "127.0.0.1", port })],
  "ports-udp": [({ port }) => sendTo(port)],
  work: [() => work()],
};

const PTRACE_SEIZE = 0x4206;
const CLONE_NEWUSER = 0x10000000;
const [KEYCTL_GET_KEYRING_ID, SESSION_KEYRING] = [0, -3];

/** Prints the names of the promises that could be broken, as JSON; the words are a file with the places and the names to try. */
export async function breakPromises(file: string): Promise<number> {
  const { places, names } = JSON.parse(readFileSync(file, "utf8")) as { places: TrialPlaces; names: string[] };
  const broken: string[] = [];
  for (const name of names) if (await isBroken(ATTEMPTS[name] ?? [], places)) broken.push(name);
  console.log(JSON.stringify(broken));
  return 0;
}

async function isBroken(attempts: readonly Attempt[], places: TrialPlaces): Promise<boolean> {
  for (const attempt of attempts) {
    try {
      await attempt(places);
      return true;
    } catch {
      // Refused, as it must be.
    }
  }
  return false;
}

function refused(): never {
  throw new Error("refused");
}

/** A system call that the kernel carried out. */
function called(result: number): void {
  if (result < 0) refused();
}

/** What is covered is empty. */
function read(path: string): string {
  return readFileSync(path, "utf8") || refused();
}

function readBySymlink(path: string): string {
  symlinkSync(path, "by-symlink");
  return read("by-symlink");
}

function readByHardLink(path: string): string {
  linkSync(path, "by-hard-link");
  return read("by-hard-link");
}

function writeBySymlink(path: string): void {
  symlinkSync(path, "to-write");
  writeFileSync("to-write", "evil");
}

function renameIn(path: string): void {
  writeFileSync("to-move", "evil");
  renameSync("to-move", path);
}

function terminals(): string[] {
  return readdirSync("/dev/pts").flatMap((name) => (/^\d+$/.test(name) ? [`/dev/pts/${name}`] : []));
}

function ownStatus(): string {
  return readFileSync("/proc/self/status", "utf8");
}

async function connect(to: { unix: string } | { hostname: string; port: number }): Promise<void> {
  const silent = { socket: { data() {} } };
  const socket = await ("unix" in to ? Bun.connect({ ...to, ...silent }) : Bun.connect({ ...to, ...silent }));
  socket.end();
}

/** A datagram to nobody looks the same to its sender: the one outside says whether it came, by an answer. */
async function sendTo(port: number): Promise<void> {
  const answered = Promise.withResolvers<void>();
  const socket = await Bun.udpSocket({ socket: { data: () => answered.resolve(), error: answered.reject } });
  try {
    if (!socket.send("x", port, "127.0.0.1")) refused();
    await Promise.race([answered.promise, Bun.sleep(ANSWER_MS).then(refused)]);
  } finally {
    socket.close();
  }
}

/** On one machine an answer takes microseconds. */
const ANSWER_MS = 300;

/** What every build does. */
async function work(): Promise<void> {
  writeFileSync("worked", "yes");
  if (Bun.spawnSync(["sh", "-c", "test -f worked && echo more >> worked"]).exitCode !== 0) refused();
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  await connect({ hostname: "127.0.0.1", port: server.port });
  server.stop(true);
}
