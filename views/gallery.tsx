// Every part of the page, in all its states, with canned texts: to look at while working on the parts.
import type { Markup } from "../src/kernel/page.ts";
import { Actions, Fields, Filters, RefusedFields } from "./gallery/forms.tsx";
import { HostileAgents, HostileDiff, HostileReading, HostileRest, HostileTasks } from "./gallery/hostile.tsx";
import { Diffs, Logs, Outputs, Timelines } from "./gallery/reading.tsx";
import { Badges, Buttons, Icons } from "./gallery/states.tsx";
import { Agents, BoardSample, Numbers, Questions, Runs, Small, Stages, Tasks } from "./gallery/work.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { PageHeading } from "./parts/heading.tsx";

/** In the order of the page. */
export const GALLERY: readonly { id: string; html: () => Markup }[] = [
  { id: "heading", html: Heading },
  { id: "badges", html: Badges },
  { id: "icons", html: Icons },
  { id: "buttons", html: Buttons },
  { id: "numbers", html: Numbers },
  { id: "tasks", html: Tasks },
  { id: "board", html: BoardSample },
  { id: "stages", html: Stages },
  { id: "questions", html: Questions },
  { id: "agents", html: Agents },
  { id: "runs", html: Runs },
  { id: "timeline", html: Timelines },
  { id: "log", html: Logs },
  { id: "output", html: Outputs },
  { id: "diff", html: Diffs },
  { id: "fields", html: Fields },
  { id: "refused-fields", html: RefusedFields },
  { id: "actions", html: Actions },
  { id: "filters", html: Filters },
  { id: "small", html: Small },
  { id: "hostile-tasks", html: HostileTasks },
  { id: "hostile-rest", html: HostileRest },
  { id: "hostile-log", html: HostileReading },
  { id: "hostile-diff", html: HostileDiff },
  { id: "hostile-agents", html: HostileAgents },
];

function Heading(): JSX.Element {
  return (
    <PageHeading title="Gallery" over={[{ text: "ccm", href: "/" }]} under={<span>Every part of the page, in all its states.</span>}>
      <ButtonLink label="Secondary" href="#heading" />
      <ButtonLink label="New task" look="primary" icon="plus" href="#heading" />
    </PageHeading>
  );
}
