// Names and values, a line each.
import type { Children } from "@kitajs/html";

export function Facts({ children }: { children?: Children | undefined }): JSX.Element {
  return <dl class="facts">{children}</dl>;
}

/** `text`, or markup as children. */
export function Fact({
  label,
  text,
  children,
}: {
  label: string;
  text?: string | undefined;
  children?: Children | undefined;
}): JSX.Element {
  return (
    <div class="fact">
      <dt safe>{label}</dt>
      {text === undefined ? <dd>{children}</dd> : <dd safe>{text}</dd>}
    </div>
  );
}
