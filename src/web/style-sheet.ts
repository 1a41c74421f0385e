// The style sheet of the page: a file a component, in the order in which they count.
import agents from "../../public/css/agents.css" with { type: "text" };
import badge from "../../public/css/badge.css" with { type: "text" };
import base from "../../public/css/base.css" with { type: "text" };
import button from "../../public/css/button.css" with { type: "text" };
import diff from "../../public/css/diff.css" with { type: "text" };
import feed from "../../public/css/feed.css" with { type: "text" };
import form from "../../public/css/form.css" with { type: "text" };
import gallery from "../../public/css/gallery.css" with { type: "text" };
import heading from "../../public/css/heading.css" with { type: "text" };
import health from "../../public/css/health.css" with { type: "text" };
import home from "../../public/css/home.css" with { type: "text" };
import icon from "../../public/css/icon.css" with { type: "text" };
import layout from "../../public/css/layout.css" with { type: "text" };
import modes from "../../public/css/modes.css" with { type: "text" };
import panel from "../../public/css/panel.css" with { type: "text" };
import parts from "../../public/css/parts.css" with { type: "text" };
import policy from "../../public/css/policy.css" with { type: "text" };
import projects from "../../public/css/projects.css" with { type: "text" };
import table from "../../public/css/table.css" with { type: "text" };
import task from "../../public/css/task.css" with { type: "text" };
import tasks from "../../public/css/tasks.css" with { type: "text" };

export const styleSheet = [
  base,
  icon,
  layout,
  heading,
  panel,
  button,
  form,
  badge,
  parts,
  tasks,
  table,
  feed,
  diff,
  agents,
  task,
  health,
  home,
  projects,
  policy,
  gallery,
  modes,
].join("\n");
