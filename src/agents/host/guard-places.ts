// Where in the file system a run is, as its calls of tools are judged. Light: every host loads it.
import type { GuardPlaces } from "../../hooks/rules.ts";
import type { RunSpec } from "../schema.ts";

export function placesOf({ sandbox, treePath, gitPath, env }: Pick<RunSpec, "sandbox" | "treePath" | "gitPath" | "env">): GuardPlaces {
  return { ...sandbox, tree: treePath, git: gitPath, home: env.HOME ?? sandbox.tmp };
}
