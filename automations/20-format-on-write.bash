#!/usr/bin/env bash
# Formats a file that the agent has written, with the formatter that the project itself has.
# ccm-events: PostToolUse
# ccm-matcher: Write|Edit|MultiEdit
# ccm-deadline: 15 s
#
# Formatters run code and read settings of the tree, so they run in the run's own sandbox.
. "$CCM_LIB" || exit 1

file=$(ccm_field tool_input.file_path) || exit 1
case $file in
  "$CCM_TREE"/*) ;;
  *) exit 0 ;;
esac

# shellcheck disable=SC2016
said=$(ccm_in_sandbox sh -c '
  file=$1
  [ -f "$file" ] && [ ! -L "$file" ] || exit 0
  here() { [ -x "node_modules/.bin/$1" ]; }
  format() {
    case $file in
      *.js | *.jsx | *.mjs | *.cjs | *.ts | *.tsx | *.json | *.css)
        if here biome; then node_modules/.bin/biome format --write "$file"
        elif here prettier; then node_modules/.bin/prettier --log-level warn --write -- "$file"; fi ;;
      *.md | *.html | *.yaml | *.yml | *.vue | *.scss) if here prettier; then node_modules/.bin/prettier --log-level warn --write -- "$file"; fi ;;
      *.py)
        if command -v ruff >/dev/null; then ruff format --quiet -- "$file"
        elif command -v black >/dev/null; then black --quiet -- "$file"; fi ;;
      *.go) if command -v gofmt >/dev/null; then gofmt -w "$file"; fi ;;
      *.rs) if command -v rustfmt >/dev/null; then rustfmt -- "$file"; fi ;;
      *.sh | *.bash) if command -v shfmt >/dev/null; then shfmt -w "$file"; fi ;;
    esac
  }
  before=$(cksum <"$file")
  format >&2 || exit 1
  [ "$before" = "$(cksum <"$file")" ] || echo formatted
' format "$file") || exit 1

[ "$said" = formatted ] && ccm_tell "\"${file#"$CCM_TREE"/}\" was formatted after you wrote it. Read it again before you edit it."
exit 0
