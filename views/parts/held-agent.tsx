// An agent that nothing is started with for now: why, until when, and what a person can do about it.
import type { Children } from "@kitajs/html";
import type { BreakerKind } from "../../src/agents/schema.ts";
import { Notice } from "./notice.tsx";
import { Time, type When } from "./time.tsx";

export type HeldAgentProps = { agent: string; kind: BreakerKind; text: string; since: When; until: When | null };

const REMEDIES: Record<BreakerKind, string> = {
  provider: "It is tried again by itself.",
  limit: "Its tasks go on when the limit starts anew.",
  login: "Log in with the agent's own command, or set its key; its tasks then go on by themselves.",
  billing: "Pay what is due, or set another key; its tasks then go on by themselves.",
  missing: "Install or update it, or set its command in the configuration; `ccm doctor` says what was found.",
};

export function HeldAgent({ agent, kind, text, since, until, children }: HeldAgentProps & { children?: Children }): JSX.Element {
  return (
    <Notice id={`held-${agent}`} tone="warn" text={`Nothing is started with ${agent}: it ${text}`} hint={REMEDIES[kind]}>
      <p class="faint">
        Since <Time at={since} form="at" />
        {until ? (
          <>
            {", tried again "}
            <Time at={until} form="until" />
          </>
        ) : (
          ""
        )}
      </p>
      {children}
    </Notice>
  );
}
