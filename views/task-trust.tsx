// A task that others have a part in: what its runs do without, what a person gives back, and what the others wrote.
import type { Markup, Typed } from "../src/kernel/page.ts";
import type { Right } from "../src/tasks/rules.ts";
import { ActionForm } from "./parts/form.tsx";
import { Output } from "./parts/log-view.tsx";
import { Panel } from "./parts/panel.tsx";

export type TrustProps = {
  id: number;
  csrf: string;
  typed: Typed | null;
  /** Null for a task that is all the person's own. */
  outside: {
    /** Where title and prompt are from; null while those are the person's own. */
    source: string | null;
    rights: readonly { right: Right; lifted: boolean }[];
    texts: readonly { source: string; text: string }[];
    /** Nothing of it runs any more. */
    isDone: boolean;
  } | null;
};

const RIGHTS: Record<Right, { without: string; withIt: string; give: string; ask: string }> = {
  network: {
    without: "reach their model and nothing else",
    withIt: "reach what other runs of the project reach",
    give: "Give network",
    ask: "Its agent could send what it reads to anybody, if the text talks it into that.",
  },
  secrets: {
    without: "get no variables and no copied files of the project, and none of your MCP servers",
    withIt: "get the project's variables and copied files, and your MCP servers",
    give: "Give secrets",
    ask: "What is in them can be read by its agent, and end up in its work.",
  },
  "auto-merge": {
    without: "merge only after you approve",
    withIt: "merge as the project's approval says",
    give: "Give auto-merge",
    ask: "Where the project's approval is auto, what comes of this text merges without you.",
  },
};

export function TaskTrust({ id, csrf, typed, outside }: TrustProps): Markup {
  if (!outside) return <div id="trust"></div>;
  const { source, rights, texts, isDone } = outside;
  return (
    <Panel id="trust" title="From outside" tone="warn">
      <p safe>
        {source === null
          ? "Others wrote a part of what its agent is told. It is told so, and its runs have less than others:"
          : `Somebody else wrote what is to be done: ${source}. Its agent is told so, and its runs have less than others:`}
      </p>
      <ul class="rights">
        {rights.map(({ right, lifted }) => (
          <li class="right" data-lifted={lifted ? "" : undefined}>
            <span safe>{lifted ? `${RIGHTS[right].withIt}: you gave it` : RIGHTS[right].without}</span>
            {isDone ? "" : <Give id={id} right={right} lifted={lifted} csrf={csrf} typed={typed} />}
          </li>
        ))}
      </ul>
      {texts.map((text) => (
        <details class="outside-text">
          <summary safe>{`Text from ${text.source}`}</summary>
          <Output label={`Text from ${text.source}`} text={text.text} />
        </details>
      ))}
    </Panel>
  );
}

function Give({ id, right, lifted, csrf, typed }: { id: number; right: Right; lifted: boolean; csrf: string; typed: Typed | null }) {
  const { give, ask } = RIGHTS[right];
  const action = `/tasks/${id}/${lifted ? "distrust" : "trust"}/${right}`;
  if (lifted) return <ActionForm action={action} csrf={csrf} typed={typed} label="Take back" look="quiet" />;
  return <ActionForm action={action} csrf={csrf} typed={typed} label={give} ask={ask} />;
}
