// Where the runs of these tests are: a tree with its private git directory, as a sandbox on a person's machine has them.
import type { GuardPlaces } from "../../src/hooks/rules.ts";
import { sandboxSpec } from "../../src/sandbox/rules.ts";

const TASK = "/home/ada/.ccm/tasks/7";

export const PLACES: GuardPlaces = {
  ...sandboxSpec({
    ...{ level: "namespace", tree: `${TASK}/tree`, git: `${TASK}/git`, tmp: `${TASK}/tmp`, spool: "/home/ada/.ccm/runs/9/spool" },
    ...{ ccmHome: "/home/ada/.ccm", userHome: "/home/ada", repositoryGit: "/home/ada/project/.git", network: "host" },
  }),
  tree: `${TASK}/tree`,
  git: `${TASK}/git`,
  home: `${TASK}/tmp/home`,
};
