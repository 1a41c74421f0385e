# Completion of ccm for bash. In ~/.bashrc: eval "$(ccm completions bash)"
# Titles of tasks are only shown, as text, where bash lists; nothing of them is evaluated.

_ccm() {
  local offers=() offer words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  # What stands to the right of the cursor is no part of what is typed; after "--option=" bash gives no word at all.
  [[ ${words[COMP_CWORD - 1]} == "=" ]] || words[COMP_CWORD - 1]=$2
  COMPREPLY=()
  mapfile -t offers < <(command ccm complete bash "${words[@]}" 2>/dev/null)
  if [[ ${offers[0]-} == "<path>" ]]; then
    compopt -o default
    return
  fi
  for offer in "${offers[@]}"; do
    # 63 is "?": bash lists what there is and inserts none of it.
    if [[ $COMP_TYPE == 63 && ${#offers[@]} -gt 1 && $offer == *$'\t'?* ]]; then
      COMPREPLY+=("${offer%%$'\t'*}  (${offer#*$'\t'})")
    else
      COMPREPLY+=("${offer%%$'\t'*}")
    fi
  done
  if [[ ${COMPREPLY[0]-} == *= ]]; then compopt -o nospace; fi
}
complete -o nosort -F _ccm ccm
