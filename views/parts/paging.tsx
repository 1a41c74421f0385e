// The way to what came before and after what is shown.
import { ButtonFace } from "./button.tsx";

export type PagingProps = {
  label: string;
  earlier?: string | null | undefined;
  later?: string | null | undefined;
  text?: string | undefined;
};

export function Paging({ label, earlier, later, text }: PagingProps): JSX.Element {
  if (!earlier && !later) return "";
  return (
    <nav class="paging" aria-label={label}>
      <PagingLink href={later ?? null} label="Later" icon="back" rel="prev" />
      <span class="faint" safe>
        {text ?? ""}
      </span>
      <PagingLink href={earlier ?? null} label="Earlier" icon="forward" rel="next" />
    </nav>
  );
}

type PagingLinkProps = { href: string | null; label: string; icon: "back" | "forward"; rel: "prev" | "next" };

function PagingLink({ href, label, icon, rel }: PagingLinkProps): JSX.Element {
  if (!href) return <span></span>;
  return (
    <a class="button" data-look="plain" href={href} rel={rel}>
      <ButtonFace label={label} icon={icon} />
    </a>
  );
}
