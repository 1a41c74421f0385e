// Homes for browser tests: one that has not begun, and one with days of work, hostile titles among it.
import { join } from "node:path";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { makeRepository } from "../support/home-with-project.ts";
import { type SeedSizes, seedHome } from "../support/seed-home.ts";

/** A repository that nobody has registered yet. */
export async function unregistered(home: HomeUnderTest): Promise<string> {
  const repo = join(home.root, "repo");
  makeRepository(home, repo);
  await home.json("init", "--yes");
  return repo;
}

/** What the agent of the newest task does as soon as the daemon starts, and goes on with when it is told a word. */
const AT_WORK = "demo: say I look around.\ndemo: run ls -la\ndemo: write one.txt One\ndemo: await-message";

/** Days of work in several projects, and a project `repo` whose demo agent takes new tasks, the first at once; a person approves them. */
export function seeded(sizes: SeedSizes): (home: HomeUnderTest) => Promise<string> {
  return async (home) => {
    const repo = join(home.root, "repo");
    makeRepository(home, repo);
    seedHome(home.paths.home, sizes).close();
    await home.json("register-project", "--path", repo, "--agent", "demo", "--approval", "ask");
    await home.json("create-task", "--project", "repo", "--title", "Look around", "--prompt", AT_WORK);
    return repo;
  };
}
