// The gallery's timelines, logs and changes.
import { ButtonLink } from "../parts/button.tsx";
import { Diff, DiffFile, DiffHunk, DiffMore } from "../parts/diff-view.tsx";
import { LogFold, LogLine, LogView, Output } from "../parts/log-view.tsx";
import { Timeline, TimelineRow } from "../parts/timeline.tsx";
import { EARLIER, NOW } from "./samples.ts";

export function Timelines(): JSX.Element {
  return (
    <Timeline id="timeline" title="Timeline" live earlier={{ text: "40 earlier", href: "#timeline" }}>
      <TimelineRow id="event-1" at={EARLIER} tone="plain" icon="plus" text="Created: Add rate limiting to the public API" source="ada" />
      <TimelineRow id="event-2" at={EARLIER} tone="info" icon="executing" text="Is being worked on." />
      <TimelineRow
        id="event-3"
        at={NOW}
        tone="plain"
        icon="working"
        text="Run r31 started: agent claude in the namespace sandbox."
        run={{ text: "r31", href: "#run" }}
      />
      <TimelineRow
        id="event-4"
        at={NOW}
        tone="warn"
        icon="waiting"
        text="Its agent asks: May it use Bash: npm publish --dry-run?"
        source="claude"
        run={{ text: "r31", href: "#run" }}
      />
      <TimelineRow
        id="event-5"
        at={NOW}
        tone="bad"
        icon="failed"
        text={'The gate "full" failed on a81f03c2d4.'}
        run={{ text: "r32", href: "#run" }}
      />
      <TimelineRow id="event-6" at={NOW} tone="violet" icon="verifying" text="Is being checked: the base has moved." />
      <TimelineRow id="event-7" at={NOW} tone="good" icon="merging" text="Merged into main as 5f60718293." />
    </Timeline>
  );
}

export function Logs(): JSX.Element {
  return (
    <LogView
      id="log"
      title="r31 claude"
      label="Log of run r31"
      note="1.2 MB"
      follow
      actions={<ButtonLink label="Whole log" look="quiet" href="#log" />}
    >
      <LogLine n={1} text="npm test" kind="tool" />
      <LogLine n={2} text="> storefront@2.1.0 test" />
      <LogLine
        n={3}
        text="  214 tests in 31 files, one of them has a name that is so long that it does not fit on one line of a narrow window"
      />
      <LogLine n={4} text="FAIL limits/bucket.test.ts: expected 3 to be 4" kind="error" />
      <LogLine n={5} text="warning: 2 packages look for funding" kind="warn" />
      <LogLine n={6} text="211 passed" kind="good" />
      <LogLine n={7} at={NOW} text="The bucket refills one token too late. I look at how time is rounded." kind="said" />
      <LogLine n={8} text="Keep the clock a parameter." kind="person" />
      <LogLine n={9} text="ccm: the run was told." kind="note" />
      <LogLine n={10} text="+ const late = now - bucket.at;" kind="added" />
      <LogLine n={11} text="- const late = Date.now() - bucket.at;" kind="removed" />
      <LogFold summary="… 34 more lines">
        <LogLine n={12} text="folded" />
      </LogFold>
    </LogView>
  );
}

export function Outputs(): JSX.Element {
  return <Output label="Output of the gate full" text={"$ npm test\n\n214 tests, 3 failed\n  bucket.test.ts:41 expected 3 to be 4"} />;
}

export function Diffs(): JSX.Element {
  return (
    <Diff id="diff" title="Changes" files={3} added={14} removed={3}>
      <DiffFile id="file-1" path="src/limits/bucket.ts" change="changed" added={2} removed={1}>
        <DiffHunk
          heading="@@ -38,5 +38,6 @@ export function take(bucket: Bucket, now: number)"
          rows={[
            { kind: "same", old: 38, now: 38, text: "export function take(bucket: Bucket, now: number): boolean {" },
            { kind: "removed", old: 39, now: null, text: "  const late = Date.now() - bucket.at;" },
            { kind: "added", old: null, now: 39, text: "  const late = now - bucket.at;" },
            {
              kind: "added",
              old: null,
              now: 40,
              text: `  if (late < 0) return false; // ${"a clock that was set back gives nothing away, ".repeat(4)}`,
            },
            { kind: "same", old: 40, now: 41, text: "\tbucket.tokens = Math.min(bucket.size, bucket.tokens + late / bucket.every);" },
            { kind: "same", old: 41, now: 42, text: "" },
            { kind: "note", old: null, now: null, text: "\\ No newline at end of file" },
          ]}
        />
        <DiffMore href="#file-1" text="212 more lines" />
      </DiffFile>
      <DiffFile id="file-2" path="src/limits/keys.ts" from="src/keys.ts" change="renamed" added={0} removed={0} open={false} />
      <DiffFile id="file-3" path="public/logo.png" change="added" added={0} removed={0} note="A binary file of 12 kB." />
      <DiffFile id="file-4" path="src/old.ts" change="removed" added={0} removed={2} open={false}>
        <DiffHunk heading="@@ -1,2 +0,0 @@" rows={[{ kind: "removed", old: 1, now: null, text: "export {};" }]} />
      </DiffFile>
    </Diff>
  );
}
