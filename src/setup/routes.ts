// The pages on the whole: home, which shows what needs a person, what runs and what has ended.
import { HomeFinished, HomeNeeds, HomeRunning } from "../../views/home.tsx";
import { liveRuns } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import type { Page, Routes } from "../kernel/page.ts";
import { activeTasks, endedTasks } from "../tasks/actions.ts";

/** Ended tasks that home shows: one screen of them. */
const FINISHED = 12;

export const routes: Routes = { pages: [{ path: "/", area: "home", show: home }] };

function home(ctx: Ctx): Page {
  return {
    title: "Home",
    name: "home",
    sections: [
      { kind: "live", id: "needs", html: () => HomeNeeds({ tasks: activeTasks(ctx).filter((task) => task.state === "approving") }) },
      { kind: "live", id: "running", html: () => HomeRunning({ runs: liveRuns(ctx) }) },
      { kind: "live", id: "finished", html: () => HomeFinished({ tasks: endedTasks(ctx, { limit: FINISHED }).reverse() }) },
    ],
  };
}
