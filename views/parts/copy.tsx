// A button that copies a text; public/js/copy.js makes it work, and without scripts it is not shown.
import { Icon } from "./icon.tsx";

export function Copy({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <button type="button" class="copy scripted" data-copy={text} aria-label={label} title={label}>
      <Icon name="copy" />
    </button>
  );
}
