// Names that machines gave: ids, commits, branches, paths. And names of people.
import { Copy } from "./copy.tsx";

export type ChipProps = {
  text: string;
  /** The whole of it, when what is shown was cut. */
  copy?: string | undefined;
  href?: string | undefined;
  /** What it is, for those who do not see where it stands. */
  label?: string | undefined;
};

export function Chip({ text, copy, href, label }: ChipProps): JSX.Element {
  return (
    <span class="chip">
      {label ? <span class="said" safe>{`${label} `}</span> : ""}
      {href ? (
        <a href={href} safe>
          {text}
        </a>
      ) : (
        <span safe>{text}</span>
      )}
      {copy ? <Copy text={copy} label={`Copy the ${label ?? "text"}`} /> : ""}
    </span>
  );
}

export function By({ name }: { name: string }): JSX.Element {
  return (
    <span class="by" safe>
      {name}
    </span>
  );
}
