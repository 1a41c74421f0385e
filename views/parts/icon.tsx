// Icons: drawn for this page on a grid of 16, in lines of the text's colour. Each state has a shape that no other has.

const RING = "M8 1.75a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5Z";

/** Paths of each icon. */
const SHAPES = {
  // States of a task.
  queued:
    "M6.4 2a6.2 6.2 0 0 1 3.2 0M12.3 3.6a6.2 6.2 0 0 1 1.6 2.8M13.9 9.6a6.2 6.2 0 0 1-1.6 2.8M9.6 14a6.2 6.2 0 0 1-3.2 0M3.7 12.4a6.2 6.2 0 0 1-1.6-2.8M2.1 6.4a6.2 6.2 0 0 1 1.6-2.8",
  planning: "M2.5 3.5h11M2.5 8h6M2.5 12.5h4M13.6 7.4 8.9 12.1l-.4 2 2-.4 4.7-4.7Z",
  executing: `${RING}M6.5 5.2v5.6L10.9 8Z`,
  reviewing: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 6.1a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8Z",
  verifying: "M8 1.6 2.9 3.4v4.1c0 3.2 2.1 5.6 5.1 6.9 3-1.3 5.1-3.7 5.1-6.9V3.4ZM5.7 7.9l1.7 1.7 3-3.2",
  approving: "M8 1.6a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4ZM2.6 14.3c.3-3 2.5-4.9 5.4-4.9.7 0 1.4.1 2 .3M12.8 9.2v2.6M12.8 14.1v.1",
  merging:
    "M4.2 2.2a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM4.2 10.6a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM11.8 7a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM4.2 5.4v5.2M4.3 5.6c.6 1.9 2.5 3 5.9 3",
  done: `${RING}M5.2 8.2l2 2 3.7-4.2`,
  failed: "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4ZM6 6l4 4M10 6l-4 4",
  cancelled: `${RING}M3.7 12.3l8.6-8.6`,
  paused: `${RING}M6.4 5.8v4.4M9.6 5.8v4.4`,
  // What an agent does.
  starting: "M8 1.8v5.4M4.7 3.9a5.3 5.3 0 1 0 6.6 0",
  working: "M1.5 8.5h2.6l1.8-5 3.2 9 2-5.4.7 1.4h2.7",
  waiting: "M2.2 3h11.6v8.2H7.4l-3 2.6v-2.6H2.2ZM6.5 5.9c.1-.8.7-1.2 1.5-1.2s1.5.5 1.5 1.2c0 1-1.4 1.1-1.4 2M8.1 9.4v.1",
  idle: "M13.6 9.8A6 6 0 0 1 6.2 2.4a6 6 0 1 0 7.4 7.4Z",
  stalled: "M3.8 1.8h8.4M3.8 14.2h8.4M4.8 1.8v2.4L8 8l3.2-3.8V1.8M4.8 14.2v-2.4L8 8l3.2 3.8v2.4",
  looping: "M2.4 8a4 4 0 0 1 4-4h6.4M10.6 1.8 12.8 4l-2.2 2.2M13.6 8a4 4 0 0 1-4 4H3.2M5.4 14.2 3.2 12l2.2-2.2",
  limited: "M2.6 12.4a6.2 6.2 0 1 1 10.8 0M8 9.8l2.8-4.2M7 12.4h2",
  overloaded: "M4.4 11.2a2.9 2.9 0 0 1-.2-5.8 4 4 0 0 1 7.6.2 2.8 2.8 0 0 1 .4 5.5M8 8.4v3.2M8 14v.1",
  broken:
    "M6.3 9.7l-1.6 1.6a2.3 2.3 0 0 1-3.2-3.2l2.2-2.2M9.7 6.3l1.6-1.6a2.3 2.3 0 0 1 3.2 3.2l-2.2 2.2M5.4 2.2l.7 1.7M2.2 5.4l1.7.7M10.6 13.8l-.7-1.7M13.8 10.6l-1.7-.7",
  // What came of a check.
  passed: "M3 8.4l3.4 3.4L13 4.6",
  refused: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
  warning: "M8 2.2 1.6 13.4h12.8ZM8 6.4v3.2M8 11.5v.1",
  unknown: `${RING}M6.3 6.4c.1-1 .8-1.5 1.7-1.5s1.7.6 1.7 1.5c0 1.2-1.6 1.3-1.6 2.4M8.1 11v.1`,
  running: "M8 1.75a6.25 6.25 0 1 1-6.25 6.25",
  changes: "M8 2.4v6.2M4.9 5.5h6.2M4.9 12.4h6.2",
  rejected: "M2.4 2.4h11.2v11.2H2.4ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  // Areas.
  home: "M2.2 7.2 8 2.2l5.8 5v6.6H9.8V9.6H6.2v4.2h-4Z",
  tasks: "M6.6 3.6h7.2M6.6 8h7.2M6.6 12.4h7.2M2 3.7l.9.9L4.5 2.8M2 8.1l.9.9 1.6-1.8M2 12.5l.9.9 1.6-1.8",
  approvals: "M2.2 9.4h3.4l1 1.8h2.8l1-1.8h3.4M2.2 9.4l2-6.4h7.6l2 6.4v4H2.2Z",
  agents: "M3.2 5.4h9.6v7.4H3.2ZM8 5.4V2.6M6 8.6v.9M10 8.6v.9M1.4 8v2.4M14.6 8v2.4",
  projects: "M1.8 3.2h4.4l1.6 1.9h6.4v8.1H1.8Z",
  health: "M8 13.6C3.6 10.7 1.8 8.5 1.8 6a3.1 3.1 0 0 1 6.2-.9A3.1 3.1 0 0 1 14.2 6c0 2.5-1.8 4.7-6.2 7.6Z",
  // What a person does, and things.
  plus: "M8 3v10M3 8h10",
  edit: "M11.2 2.4l2.4 2.4-8 8-3.2.8.8-3.2ZM9.6 4l2.4 2.4",
  copy: "M5.6 5.6h7.8v7.8H5.6ZM3.8 10.4H2.6V2.6h7.8v1.2",
  search: "M7 2.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6ZM10.5 10.5l3.3 3.3",
  list: "M5.4 3.6h8.4M5.4 8h8.4M5.4 12.4h8.4M2.2 3.6h.6M2.2 8h.6M2.2 12.4h.6",
  board: "M2 2.6h3.2v10.8H2ZM6.4 2.6h3.2v7.2H6.4ZM10.8 2.6H14v9h-3.2Z",
  filter: "M2 3.6h12M4.4 8h7.2M6.6 12.4h2.8",
  close: "M3.6 3.6l8.8 8.8M12.4 3.6l-8.8 8.8",
  right: "M6 3.4 10.6 8 6 12.6",
  down: "M3.4 6 8 10.6 12.6 6",
  back: "M13.4 8H3M7 3.8 2.8 8 7 12.2",
  forward: "M2.6 8H13M9 3.8 13.2 8 9 12.2",
  outside: "M6.4 3.2H2.8v10h10V9.6M9.4 2.6h4v4M13.2 2.8 7.4 8.6",
  play: "M4.2 2.8v10.4L13 8Z",
  pause: "M5 3v10M11 3v10",
  stop: "M3.4 3.4h9.2v9.2H3.4Z",
  retry: "M13.4 8a5.4 5.4 0 1 1-1.7-3.9M13.4 2v2.8h-2.8",
  trash: "M2.6 4.2h10.8M6 4.2V2.4h4v1.8M4 4.2l.7 9.4h6.6l.7-9.4M6.8 7v4M9.2 7v4",
  message: "M2.2 3h11.6v8.2H7.4l-3 2.6v-2.6H2.2ZM5 6h6M5 8.4h3.6",
  menu: "M2.2 4h11.6M2.2 8h11.6M2.2 12h11.6",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1",
  moon: "M13.6 9.8A6 6 0 0 1 6.2 2.4a6 6 0 1 0 7.4 7.4Z",
  contrast: `${RING}M8 1.8v12.4M8 4.6h4.9M8 8h6M8 11.4h4.9`,
  keyboard: "M1.4 4h13.2v8.4H1.4ZM4 6.8v.1M6.7 6.8v.1M9.3 6.8v.1M12 6.8v.1M4.4 9.8h7.2",
  leave: "M6.2 2.4H2.8v11.2h3.4M10 4.8 13.2 8 10 11.2M13 8H6",
  clock: `${RING}M8 4.4V8l2.6 1.6`,
  commit: "M8 5.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2ZM1.4 8h4M10.6 8h4",
  branch:
    "M4.4 2.2a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM4.4 10.6a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM11.6 2.2a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM4.4 5.4v5.2M11.6 5.4c0 2.8-7.2 1.6-7.2 5",
  file: "M3.4 1.8h5.8l3.4 3.4v9H3.4ZM9 1.8v3.6h3.6",
  terminal: "M1.8 2.8h12.4v10.4H1.8ZM4.4 6l2 2-2 2M8.4 10.2h3",
  coins: `${RING}M9.9 5.9c-.3-.7-1-1.1-1.9-1.1-1.1 0-1.9.5-1.9 1.5 0 2.2 4 1 4 3.3 0 1-.9 1.6-2.1 1.6-1 0-1.8-.5-2.1-1.3M8 3.7v1M8 11.3v1`,
  info: `${RING}M8 7.4v3.8M8 4.9v.1`,
  settings:
    "M2 4.4h6.4M11.6 4.4H14M2 11.6h2.4M7.6 11.6H14M10 2.8a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM6 10a1.6 1.6 0 1 1 0 3.2A1.6 1.6 0 0 1 6 10Z",
  skipped: "M3 4l5 4-5 4ZM9 4l5 4-5 4Z",
  next: "M8 5.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8Z",
  up: "M8 13V3.4M4 7.2 8 3.2l4 4",
  urgent: "M3.6 9.2 8 4.8l4.4 4.4M3.6 13 8 8.6l4.4 4.4",
  high: "M3.6 10.2 8 5.8l4.4 4.4",
  low: "M3.6 5.8 8 10.2l4.4-4.4",
} as const;

export type IconName = keyof typeof SHAPES;

/** Every icon, for the gallery. */
export const ICONS = Object.keys(SHAPES) as IconName[];

/** Without a label it is decoration, and what it says is said in words beside it. */
export function Icon({ name, label }: { name: IconName; label?: string | undefined }): JSX.Element {
  return label ? (
    <svg class="icon" viewBox="0 0 16 16" role="img" aria-label={label}>
      <path d={SHAPES[name]} />
    </svg>
  ) : (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
