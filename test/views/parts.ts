// Every part of the page, made with one text in each of its props that take a text: what the tests of the parts go through.
import type { Children } from "@kitajs/html";
import type { Typed } from "../../src/kernel/page.ts";
import { AgentCard } from "../../views/parts/agent-card.tsx";
import { ActivityBadge, Count, OutsideMark, PriorityMark, RunBadge, StateBadge, VerdictBadge } from "../../views/parts/badge.tsx";
import { Board, BoardColumn } from "../../views/parts/board.tsx";
import { Button, ButtonFace, ButtonLink } from "../../views/parts/button.tsx";
import { By, Chip } from "../../views/parts/chip.tsx";
import { Command } from "../../views/parts/command.tsx";
import { Copy } from "../../views/parts/copy.tsx";
import { Diff, DiffFile, DiffHunk, DiffMore } from "../../views/parts/diff-view.tsx";
import { Empty } from "../../views/parts/empty.tsx";
import { Fact, Facts } from "../../views/parts/facts.tsx";
import { AreaField, CheckField, ChoiceField, FieldGroup, Select, SelectField, TextField } from "../../views/parts/field.tsx";
import { Figures } from "../../views/parts/figures.tsx";
import { FilterBar, FilterSelect, SearchBox } from "../../views/parts/filter-bar.tsx";
import { ActionForm, Form, FormActions, FormErrors } from "../../views/parts/form.tsx";
import { PageHeading } from "../../views/parts/heading.tsx";
import { HeldAgent } from "../../views/parts/held-agent.tsx";
import { Icon } from "../../views/parts/icon.tsx";
import { Keys } from "../../views/parts/keys.tsx";
import { LogFold, LogLine, LogView, Output } from "../../views/parts/log-view.tsx";
import { NavNeeds } from "../../views/parts/nav-needs.tsx";
import { Banner, Notice } from "../../views/parts/notice.tsx";
import { Paging } from "../../views/parts/paging.tsx";
import { Panel, Side } from "../../views/parts/panel.tsx";
import { Progress } from "../../views/parts/progress.tsx";
import { QuestionCard } from "../../views/parts/question-card.tsx";
import { RunTable } from "../../views/parts/run-list.tsx";
import { SnapshotList } from "../../views/parts/snapshot-list.tsx";
import { StageTrack } from "../../views/parts/stage-track.tsx";
import { Table } from "../../views/parts/table.tsx";
import { Tabs } from "../../views/parts/tabs.tsx";
import { TaskCard, TaskCards, type TaskLine, TaskList } from "../../views/parts/task-list.tsx";
import { Tile, Tiles } from "../../views/parts/tile.tsx";
import { Time } from "../../views/parts/time.tsx";
import { Timeline, TimelineRow } from "../../views/parts/timeline.tsx";
import { Words } from "../../views/parts/words.tsx";

type Made = JSX.Element;

const inside = "<b>inside</b>" as Children;
const at = (t: string) => ({ iso: t, text: t });
const link = (t: string) => ({ text: t, href: t });
const refused = (t: string, form: string): Typed => ({
  form,
  values: { [t]: t },
  reasons: { [t]: t },
  fault: { message: t, hint: t },
});
const task = (t: string): TaskLine => ({
  id: 1,
  title: t,
  state: "executing",
  project: t,
  priority: "high",
  since: at(t),
  waits: t,
  agent: t,
  cost: t,
  doing: t,
  rowId: t,
});
const field = (t: string) => ({ name: t, label: t, value: t, typed: refused(t, t), hint: t, scope: t, required: true });

/** By the part's name; `t` is never empty. */
export const PARTS: Readonly<Record<string, (t: string) => Made>> = {
  ActionForm: (t) =>
    ActionForm({
      action: t,
      csrf: t,
      label: t,
      values: { [t]: t },
      typed: refused(t, t),
      comment: { name: t, label: t, hint: t, required: true },
      ask: t,
      letter: t,
    }),
  ActivityBadge: (t) => ActivityBadge({ activity: "working", note: t }),
  AgentCard: (t) =>
    AgentCard({
      id: t,
      name: t,
      run: link(t),
      task: link(t),
      activity: "working",
      doing: t,
      since: at(t),
      said: t,
      figures: [{ label: t, text: t }],
      context: { used: 1, size: 2, text: t },
    }),
  AreaField: (t) => AreaField({ ...field(t), placeholder: t }),
  Banner: (t) => Banner({ id: t, tone: "warn", text: t, hint: t }),
  Board: (t) => Board({ id: t, children: inside }),
  BoardColumn: (t) => BoardColumn({ id: t, title: t, icon: "queued", count: 0, more: link(t), empty: t }),
  Button: (t) => Button({ label: t, name: t, value: t, form: t, letter: t }),
  ButtonFace: (t) => ButtonFace({ label: t, icon: "plus" }),
  ButtonLink: (t) => ButtonLink({ label: t, href: t, letter: t }),
  By: (t) => By({ name: t }),
  CheckField: (t) => CheckField(field(t)),
  Chip: (t) => Chip({ text: t, copy: t, href: t, label: t }),
  ChoiceField: (t) => ChoiceField({ ...field(t), options: [{ value: t, text: t, detail: t }] }),
  Command: (t) => Command({ text: t }),
  Copy: (t) => Copy({ text: t, label: t }),
  Count: (t) => Count({ count: 3, label: t }),
  Diff: (t) => Diff({ id: t, title: t, added: 1, removed: 2, files: 3, children: inside }),
  DiffFile: (t) => DiffFile({ id: t, path: t, from: t, change: "renamed", added: 1, removed: 2, note: t, children: inside }),
  DiffHunk: (t) =>
    DiffHunk({
      heading: t,
      rows: (["same", "added", "removed", "note"] as const).map((kind) => ({ kind, old: 1, now: 2, text: t })),
    }),
  DiffMore: (t) => DiffMore({ href: t, text: t }),
  Empty: (t) => Empty({ title: t, text: t, command: t, children: inside }),
  Fact: (t) => Fact({ label: t, text: t }),
  Facts: () => Facts({ children: inside }),
  FieldGroup: (t) => FieldGroup({ legend: t, note: t, children: inside }),
  Figures: (t) => Figures({ figures: [{ label: t, text: t }] }),
  FilterBar: (t) => FilterBar({ action: t, label: t, clear: t, children: inside }),
  FilterSelect: (t) => FilterSelect({ name: t, label: t, value: t, options: [{ value: t, text: t }] }),
  Form: (t) => Form({ action: t, csrf: t, id: t, label: t, children: inside }),
  FormActions: () => FormActions({ children: inside }),
  FormErrors: (t) => FormErrors({ typed: refused(t, t), labels: { [t]: t }, scope: t }),
  HeldAgent: (t) => HeldAgent({ agent: t, kind: "login", text: t, since: at(t), until: at(t), children: undefined }),
  Icon: (t) => Icon({ name: "done", label: t }),
  Keys: () => Keys(),
  LogFold: (t) => LogFold({ summary: t, children: inside }),
  LogLine: (t) => LogLine({ id: t, at: at(t), text: t }),
  LogView: (t) => LogView({ id: t, title: t, label: t, note: t, follow: true, children: inside }),
  NavNeeds: () => NavNeeds({ needs: 3 }),
  Notice: (t) => Notice({ id: t, tone: "bad", text: t, hint: t, children: inside }),
  Output: (t) => Output({ label: t, text: t }),
  OutsideMark: () => OutsideMark({ isOutside: true }),
  PageHeading: (t) => PageHeading({ id: t, title: t, over: [link(t)], children: inside }),
  Paging: (t) => Paging({ label: t, earlier: t, later: t, text: t }),
  Panel: (t) => Panel({ id: t, title: t, count: t, note: t, children: inside }),
  PriorityMark: () => PriorityMark({ priority: "urgent" }),
  Progress: (t) => Progress({ label: t, value: 1, max: 2, text: t }),
  QuestionCard: (t) => QuestionCard({ id: t, title: t, when: at(t), who: t, task: link(t), text: t, code: t, children: inside }),
  RunBadge: () => RunBadge({ state: "finished", outcome: "passed" }),
  RunTable: (t) =>
    RunTable({
      label: t,
      rows: [
        {
          id: 1,
          href: t,
          kind: t,
          name: t,
          state: "running",
          outcome: null,
          activity: null,
          took: t,
          since: at(t),
          cost: t,
          summary: t,
          task: { id: 1, title: t },
        },
      ],
    }),
  SearchBox: (t) => SearchBox({ name: t, label: t, value: t, placeholder: t }),
  Select: (t) => Select({ id: t, name: t, value: t, options: [{ value: "other", text: t }] }),
  SelectField: (t) => SelectField({ ...field(t), options: [{ value: t, text: t }] }),
  Side: (t) => Side({ id: t, label: t, children: inside }),
  SnapshotList: (t) =>
    SnapshotList({
      place: t,
      csrf: t,
      typed: null,
      canTake: true,
      snapshots: [{ n: 1, commit: t, at: at(t), text: t, canGoBack: true }],
    }),
  StageTrack: (t) => StageTrack({ label: t, stages: [{ name: t, status: "now", note: t }] }),
  StateBadge: (t) => StateBadge({ state: "done", note: t }),
  Table: (t) => Table({ label: t, columns: [{ title: t }], children: inside }),
  Tabs: (t) => Tabs({ label: t, tabs: [{ ...link(t), isCurrent: true, count: 1 }] }),
  TaskCard: (t) => TaskCard({ task: task(t) }),
  TaskCards: (t) => TaskCards({ label: t, children: inside }),
  TaskList: (t) => TaskList({ label: t, rows: [task(t)] }),
  TextField: (t) => TextField({ ...field(t), placeholder: t, list: [t] }),
  Tile: (t) => Tile({ label: t, value: t, note: t, href: t }),
  Tiles: () => Tiles({ children: inside }),
  Time: (t) => Time({ at: at(t) }),
  Timeline: (t) => Timeline({ id: t, title: t, earlier: link(t), children: inside }),
  TimelineRow: (t) => TimelineRow({ id: t, at: at(t), tone: "plain", icon: "plus", text: t, source: t, run: link(t) }),
  VerdictBadge: (t) => VerdictBadge({ verdict: "passed", text: t }),
  Words: (t) => Words({ text: `${t} \`${t}\` ${t}` }),
};
