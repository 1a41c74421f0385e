// A place for trying a sandbox: a person's home, ccm's, a task's, and beside them what must not be reached.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownPlaces } from "../kernel/process.ts";
import type { SandboxedLevel } from "./promises.ts";
import { sandboxSpec } from "./rules.ts";
import type { Network, SandboxSpec } from "./schema.ts";

/** What is tried to be reached, by absolute paths, the number of a process and of a port. */
export type TrialPlaces = {
  root: string;
  person: string;
  key: string;
  file: string;
  ccmHome: string;
  database: string;
  otherTask: string;
  repository: string;
  tree: string;
  git: string;
  socket: string;
  abstract: string;
  outside: number;
  port: number;
  fileBytes: number;
};

export type Trial = { places: TrialPlaces; spec(level: SandboxedLevel, network: Network): SandboxSpec; close(): void };

/** Hidden like all that is a person's; /tmp is not, since a sandbox has one of its own. */
const PLACE = "/var/tmp";
const FILE_BYTES = 1_000_000;
/** The process that is to be left alone ends by itself, should nobody end it. */
const OUTSIDE_SECONDS = "60";

/** Files, sockets and a process that a sandbox is tried on; `close` takes all of it away. */
export async function openTrial(): Promise<Trial> {
  const root = realpathSync(mkdtempSync(join(PLACE, "ccm-doctor-")));
  const at = (path: string) => join(root, path);
  const files = {
    ...{
      "person/.ssh/id_ed25519": "a key",
      "person/notes": "notes",
      "ccm/ccm.db": "a database",
      "ccm/tasks/2/tree/file": "of another task",
    },
    ...{
      "repository/config": "a token",
      "repository/HEAD": "ref: refs/heads/main",
      "repository/refs/heads/main": "",
      "repository/hooks/none": "",
    },
    ...{ "ccm/tasks/1/tree/file": "work", "ccm/tasks/1/git/config": "", "ccm/tasks/1/tmp/none": "", "ccm/runs/1/spool/none": "" },
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  }
  const abstract = `ccm-doctor-${process.pid}`;
  const listening = { socket: { data() {} } };
  const servers = [Bun.listen({ unix: at("person/socket"), ...listening }), Bun.listen({ unix: `\0${abstract}`, ...listening })];
  const tcp = Bun.listen({ hostname: "127.0.0.1", port: 0, ...listening });
  const udp = await Bun.udpSocket({
    hostname: "127.0.0.1",
    port: tcp.port,
    socket: { data: (own, _, port, address) => void own.send("y", port, address) },
  });
  const outside = Bun.spawn(["sleep", OUTSIDE_SECONDS], { env: { OUTSIDE: "1" }, stdio: ["ignore", "ignore", "ignore"] });
  const places: TrialPlaces = {
    ...{ root, person: at("person"), key: at("person/.ssh/id_ed25519"), file: at("person/notes"), ccmHome: at("ccm") },
    ...{ database: at("ccm/ccm.db"), otherTask: at("ccm/tasks/2/tree/file"), repository: at("repository") },
    ...{ tree: at("ccm/tasks/1/tree"), git: at("ccm/tasks/1/git"), socket: at("person/socket"), abstract },
    ...{ outside: outside.pid, port: tcp.port, fileBytes: FILE_BYTES },
  };
  return {
    places,
    spec: (level, network) => specFor(places, level, network),
    close() {
      for (const server of [...servers, tcp]) server.stop(true);
      udp.close();
      outside.kill("SIGKILL");
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** As the spec of a run is made; the person's home and the repository are shown, as they would be elsewhere. */
function specFor(places: TrialPlaces, level: SandboxedLevel, network: Network): SandboxSpec {
  return sandboxSpec({
    level,
    tree: places.tree,
    git: places.git,
    tmp: join(places.ccmHome, "tasks/1/tmp"),
    spool: join(places.ccmHome, "runs/1/spool"),
    ccmHome: places.ccmHome,
    userHome: places.person,
    repositoryGit: places.repository,
    network,
    fileBytes: places.fileBytes,
    show: [places.person, ...ownPlaces()],
  });
}
