# What automations in bash use. Load it first: . "$CCM_LIB" || exit 1
#
# An automation is a program of yours. For each event that the comments at its top name, a run's host starts it as you, outside of the
# sandbox: with the event as JSON on its standard input, in a folder of its own, and with these variables:
#
#   CCM_EVENT  the event          CCM_TASK, CCM_RUN  whose it is
#   CCM_TREE   the run's tree     CCM_STATE          a folder of this automation's own, for as long as the run is known
#
# and with each stored secret that its comments name, if you have allowed it that one: ccm secret set NAME --for automation:THIS
#
# Everything in the event is what an agent says. Nothing in CCM_TREE may be run here, nor read as settings: `ccm_in_sandbox` is for that.

# The event, all of it.
ccm_input=$(cat)

# ccm itself, whichever one runs here.
ccm() { eval "$CCM_SELF"' "$@"'; }

# ccm_field PATH: a field of the event, such as tool_input.command; nothing when it is not there.
ccm_field() { printf '%s' "$ccm_input" | ccm field "$1"; }

# ccm_refuse REASON: the agent must not do that; the reason is what it is told. Ends the automation.
ccm_refuse() {
  printf '%s\n' "$*" >&2
  exit 2
}

# ccm_ask REASON: a person must allow that first. Only at PreToolUse. Ends the automation.
ccm_ask() {
  printf '{"hookSpecificOutput":{"hookEventName":%s,"permissionDecision":"ask","permissionDecisionReason":%s}}\n' \
    "$(ccm_quote "$CCM_EVENT")" "$(ccm_quote "$*")"
  exit 0
}

# ccm_tell TEXT: the agent is told that. Ends the automation.
ccm_tell() {
  printf '{"hookSpecificOutput":{"hookEventName":%s,"additionalContext":%s}}\n' "$(ccm_quote "$CCM_EVENT")" "$(ccm_quote "$*")"
  exit 0
}

# ccm_quote TEXT: the text as a string of JSON. Control characters but newline and tab are left out.
ccm_quote() {
  local text=$1 slash='\' quote='"' newline=$'\n' tab=$'\t'
  text=${text//"$slash"/"$slash$slash"}
  text=${text//"$quote"/"$slash$quote"}
  text=${text//"$newline"/"${slash}n"}
  text=${text//"$tab"/"${slash}t"}
  printf '"%s"' "$(printf '%s' "$text" | tr -d '\000-\037')"
}

# ccm_count NAME: counts one more in this run and prints how many there are; right also when several count at once.
ccm_count() {
  (
    flock 9 || exit 1
    count=$(($(cat "$CCM_STATE/$1" 2>/dev/null || echo 0) + 1))
    printf '%s' "$count" >"$CCM_STATE/$1"
    printf '%s\n' "$count"
  ) 9>"$CCM_STATE/$1.lock"
}

# ccm_in_sandbox COMMAND…: runs a command in the sandbox of this run, in its tree, with what the agent may do and nothing else.
ccm_in_sandbox() { ccm in-sandbox "$CCM_RUN" -- "$@"; }

# ccm_query FIELD COMMAND…: a field of what a command prints that only reads, as in: ccm_query state task-status 12
ccm_query() {
  local field=$1
  shift
  case $1 in
    status | health | plan | list-* | *-status | recent-results | diff) ccm "$@" --json | ccm field "$field" ;;
    *)
      printf '"%s" is no command that only reads.\n' "$1" >&2
      return 1
      ;;
  esac
}

# ccm_task FIELD [ID]: a field of a task, of this run's own by default: title, state, branch, costUsd …
ccm_task() { ccm_query "$1" task-status "${2:-$CCM_TASK}"; }

# ccm_project FIELD: a field of the project of this run's task: name, path, base …
ccm_project() { ccm_query "$1" project-status "$(ccm_task project)"; }

# ccm_tasks STATE: the numbers of the tasks in a state, one a line.
ccm_tasks() { ccm_query '*.id' list-tasks --state "$1"; }
