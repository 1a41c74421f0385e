#!/usr/bin/env bash
# Refuses commands that are hardly ever meant: wiping disks and folders, running what was just downloaded, rewriting shared history.
# ccm-events: PreToolUse
# ccm-matcher: Bash
# ccm-deadline: 1 s
# ccm-failure: deny
#
# ccm judges every command by its own rules already, and the sandbox holds whatever an agent does. Here is the place for
# rules of your own: each line is a pattern (https://www.gnu.org/software/bash/manual, "=~") and what the agent is told.
. "$CCM_LIB" || exit 1

command=$(ccm_field tool_input.command) || exit 1

refuse() {
  [[ $command =~ $1 ]] || return 0
  ccm_refuse "$2"
}

start='(^|[;&|({]|sudo|exec|nohup)[[:space:]]*'
home='(/|~|"?\$HOME|"?\$\{HOME\})'
refuse "${start}rm[[:space:]]+(-[^[:space:]]+[[:space:]]+)*${home}/?\\*?\"?([[:space:];&|]|\$)" \
  'That deletes a whole disk or home. Name the folder inside your tree that is meant.'
refuse "${start}(mkfs(\\.[[:alnum:]]+)?|wipefs|fdisk|parted)[[:space:]]" \
  'That formats a disk. Nothing in this task needs it.'
refuse '(>|of=)[[:space:]]*/dev/(sd|nvme|vd|xvd|mmcblk|disk|mapper)' \
  'That writes to a disk itself. Write to a file in your tree.'
refuse '(curl|wget)[[:space:]][^;&]*\|[[:space:]]*(sudo[[:space:]]+)?(env[[:space:]]+)?(ba|z|da|k)?sh([[:space:]]|$)' \
  'That runs what it has just downloaded. Save it to a file, read it, and then decide.'
refuse 'git[[:space:]]+push([[:space:]]+[^[:space:];&|]+)*[[:space:]]+(--force|--force-with-lease|-f)([[:space:]=;&|]|$)' \
  'Nothing is pushed from here. Commit, and end: ccm merges what is approved.'
refuse ':[[:space:]]*\(\)[[:space:]]*\{[[:space:]]*:[[:space:]]*\|' \
  'That starts processes without end.'
exit 0
