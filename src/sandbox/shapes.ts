// What a person may say about the sandbox of runs: for all of them, for a project's, for those of a role.
import * as v from "valibot";
import { NETWORKS, SANDBOX_LEVELS } from "./schema.ts";

const place = v.pipe(v.string(), v.regex(/^(?:\/[^/]|~(?:\/|$))/, "an absolute path, or one that starts with ~/"));
const treePlace = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((path) => !/^[/~]|(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(path.replace(/\/$/, "")), "a path inside the tree, such as package.json"),
);
/** A host with or without a port; `*.` stands for every name below it; `model` for what the run's own agent must reach. */
const host = v.pipe(
  v.string(),
  v.regex(/^(?:model|(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9]\d{0,4})?)$/i, "a host such as registry.example or *.example:8443"),
);
const port = v.pipe(v.number(), v.integer(), v.minValue(1, "a port"), v.maxValue(65_535, "a port"));

/** Each part that is given goes before what was said on a wider level; lists of paths add to each other. */
export const sandboxWishSchema = v.strictObject({
  level: v.exactOptional(v.picklist(["auto", ...SANDBOX_LEVELS], "auto, namespace, kernel or none")),
  network: v.exactOptional(v.picklist(NETWORKS, "host, hosts, ports or none")),
  hosts: v.exactOptional(v.pipe(v.array(host), v.maxLength(200))),
  ports: v.exactOptional(v.pipe(v.array(port), v.maxLength(50))),
  hide: v.exactOptional(v.pipe(v.array(place), v.maxLength(200))),
  /** Inside the tree: files and folders that a run may read and not change. */
  readOnly: v.exactOptional(v.pipe(v.array(treePlace), v.maxLength(200))),
  unixSockets: v.exactOptional(v.boolean()),
});

/** What a run was allowed beyond its level, as scripts read it. */
export const runRightsSchema = v.strictObject({
  network: v.picklist(NETWORKS),
  hosts: v.pipe(v.array(v.string()), v.description("Of network `hosts`: those that it reaches")),
  ports: v.pipe(v.array(v.number()), v.description("Of network `ports`: the TCP ports that it may connect to")),
  unixSockets: v.boolean(),
  user: v.pipe(v.nullable(v.number()), v.description("The user of its own that it ran as; null: the daemon's")),
});
