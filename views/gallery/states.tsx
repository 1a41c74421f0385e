// The gallery's states, icons, buttons and words.
import type { Activity } from "../../src/agents/signs/signs.ts";
import type { TaskState } from "../../src/tasks/schema.ts";
import { ActivityBadge, type BadgeVerdict, Count, PriorityMark, RunBadge, StateBadge, VerdictBadge } from "../parts/badge.tsx";
import { Button, ButtonLink, type Look } from "../parts/button.tsx";
import { By, Chip } from "../parts/chip.tsx";
import { Command } from "../parts/command.tsx";
import { ICONS, Icon } from "../parts/icon.tsx";
import { Panel } from "../parts/panel.tsx";
import { Time } from "../parts/time.tsx";
import type { Tone } from "../parts/tone.ts";
import { NOW } from "./samples.ts";

const STATES: readonly TaskState[] = [
  "queued",
  "planning",
  "executing",
  "reviewing",
  "verifying",
  "approving",
  "merging",
  "done",
  "failed",
  "cancelled",
  "paused",
];
const ACTIVITIES: readonly Activity[] = [
  "starting",
  "working",
  "waiting",
  "idle",
  "stalled",
  "looping",
  "limited",
  "overloaded",
  "broken",
  "finished",
];
const VERDICTS: readonly BadgeVerdict[] = ["passed", "failed", "warning", "unknown", "running", "approved", "rejected", "changes"];
const TONES: readonly Tone[] = ["plain", "good", "warn", "bad", "info", "violet"];
const LOOKS: readonly Look[] = ["primary", "plain", "quiet", "danger"];

export function Badges(): JSX.Element {
  return (
    <Panel id="badges" title="States" count={STATES.length}>
      <p class="gallery-row">
        {STATES.map((state) => (
          <StateBadge state={state} />
        ))}
      </p>
      <p class="gallery-row">
        {ACTIVITIES.map((activity) => (
          <ActivityBadge activity={activity} />
        ))}
      </p>
      <p class="gallery-row">
        {VERDICTS.map((verdict) => (
          <VerdictBadge verdict={verdict} />
        ))}
      </p>
      <p class="gallery-row">
        <RunBadge state="claimed" outcome={null} />
        <RunBadge state="running" outcome={null} />
        <RunBadge state="finished" outcome="passed" />
        <RunBadge state="finished" outcome="failed" />
        <RunBadge state="finished" outcome="stopped" />
        <RunBadge state="finished" outcome="died" />
        <RunBadge state="finished" outcome="limit" />
        <RunBadge state="finished" outcome="unstarted" />
      </p>
      <p class="gallery-row">
        <PriorityMark priority="urgent" />
        <PriorityMark priority="high" />
        <PriorityMark priority="normal" />
        <PriorityMark priority="low" />
        {TONES.map((tone) => (
          <Count count={7} label="things" tone={tone} />
        ))}
      </p>
      <p class="gallery-row">
        <StateBadge state="failed" note="3 tries" />
        <Chip text="a81f03c2" copy="a81f03c2d4e5f60718293a4b5c6d7e8f90a1b2c3" label="commit" />
        <Chip text="ccm/task-12" href="#chip" label="branch" />
        <By name="ada" />
        <Time at={NOW} />
        <Command text="ccm create-task --project storefront" />
      </p>
    </Panel>
  );
}

export function Icons(): JSX.Element {
  return (
    <Panel id="icons" title="Icons" count={ICONS.length}>
      <ul class="gallery-icons">
        {ICONS.map((name) => (
          <li>
            <Icon name={name} />
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Buttons(): JSX.Element {
  return (
    <Panel id="buttons" title="Buttons" note="as submit, as link, disabled">
      {LOOKS.map((look) => (
        <form class="gallery-row" action="#buttons">
          <Button label={look} look={look} />
          <Button label="With icon" look={look} icon="plus" />
          <ButtonLink label="Link" look={look} href="#buttons" icon="forward" />
          <Button label="Disabled" look={look} disabled />
        </form>
      ))}
    </Panel>
  );
}
