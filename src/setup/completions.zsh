#compdef ccm
# Completion of ccm for zsh. In ~/.zshrc, after compinit: eval "$(ccm completions zsh)"
# Titles of tasks are only shown, as text; nothing of them is evaluated.

_ccm() {
  local -a offers described
  local offer
  offers=("${(@f)$(command ccm complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  if [[ $offers[1] == "<path>" ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
    return
  fi
  for offer in $offers; do
    offer=${offer%$'\t'}
    described+=("${offer/$'\t'/:}")
  done
  (( $#described )) && _describe -V 'ccm' described
}

if [[ ${funcstack[1]} == _ccm ]]; then
  _ccm "$@"
elif (( $+functions[compdef] )); then
  compdef _ccm ccm
fi
