#!/usr/bin/env bash
# Takes a snapshot of the work after every 20 edits, so that `ccm rollback` can go back there.
# ccm-events: PostToolUse
# ccm-matcher: Write|Edit|MultiEdit|NotebookEdit
# ccm-deadline: 30 s
. "$CCM_LIB" || exit 1

every=20

count=$(ccm_count edits) || exit 1
[ $((count % every)) -eq 0 ] || exit 0
ccm snapshot "$CCM_TASK" --note "after $count edits" >&2
