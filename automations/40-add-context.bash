#!/usr/bin/env bash
# Tells the agent with each prompt what you have written down for it.
# ccm-events: UserPromptSubmit
# ccm-deadline: 2 s
#
# Notes are files of yours: CCM_HOME/automations/context/all.md for every project, and context/NAME.md for the project NAME.
. "$CCM_LIB" || exit 1

folder=$CCM_HOME/automations/context
[ -d "$folder" ] || exit 0

project=$(ccm_task project) || exit 1
notes=
for name in all "$project"; do
  case $name in
    */* | '') continue ;;
  esac
  [ -f "$folder/$name.md" ] && notes+=$(cat "$folder/$name.md")$'\n'
done
[ -n "$notes" ] && ccm_tell "$notes"
exit 0
