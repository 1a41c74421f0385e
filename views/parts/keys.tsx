// The keys of the page, shown on demand: a popover needs no script to open.
import { Icon } from "./icon.tsx";

const KEYS: readonly { keys: readonly string[]; text: string }[] = [
  { keys: ["g", "h"], text: "Home" },
  { keys: ["g", "t"], text: "Tasks" },
  { keys: ["g", "a"], text: "Approvals" },
  { keys: ["g", "g"], text: "Agents" },
  { keys: ["g", "p"], text: "Projects" },
  { keys: ["g", "e"], text: "Health" },
  { keys: ["c"], text: "New task" },
  { keys: ["/"], text: "Search" },
  { keys: ["j"], text: "Next row" },
  { keys: ["k"], text: "Row before" },
  { keys: ["Enter"], text: "Open the row" },
  { keys: ["?"], text: "These keys" },
];

export function Keys(): JSX.Element {
  return (
    <div id="keys" class="keys" popover="auto" role="dialog" aria-labelledby="keys-title">
      <header class="keys-head">
        <h2 id="keys-title">Keys</h2>
        <button type="button" class="button" data-look="quiet" popovertarget="keys" popovertargetaction="hide" aria-label="Close">
          <Icon name="close" />
        </button>
      </header>
      <dl class="keys-list">
        {KEYS.map(({ keys, text }) => (
          <div>
            <dt>
              {keys.map((key) => (
                <kbd safe>{key}</kbd>
              ))}
            </dt>
            <dd safe>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
