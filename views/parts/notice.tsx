// Something to know: beside what it is about, or about the whole page.
import type { Children } from "@kitajs/html";
import { Icon, type IconName } from "./icon.tsx";
import type { Tone } from "./tone.ts";
import { Words } from "./words.tsx";

export type NoticeProps = { id?: string | undefined; tone: Tone; text: string; hint?: string | undefined; children?: Children | undefined };

const ICONS: Record<Tone, IconName> = { plain: "info", good: "done", warn: "warning", bad: "failed", info: "info", violet: "info" };

export function Notice(props: NoticeProps): JSX.Element {
  return (
    <div id={props.id} class="notice" data-tone={props.tone}>
      <NoticeBody {...props} />
    </div>
  );
}

export function Banner(props: NoticeProps & { id: string }): JSX.Element {
  return (
    <section id={props.id} class="notice banner" data-tone={props.tone} aria-label="Notice">
      <NoticeBody {...props} />
    </section>
  );
}

function NoticeBody({ tone, text, hint, children }: NoticeProps): JSX.Element {
  return (
    <>
      <Icon name={ICONS[tone]} />
      <div>
        <p class="notice-text">
          <Words text={text} />
        </p>
        {hint ? (
          <p class="notice-hint">
            <Words text={hint} />
          </p>
        ) : (
          ""
        )}
        {children}
      </div>
    </>
  );
}
