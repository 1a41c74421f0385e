# Says what a terminal obeys: colours, titles, the clipboard, answers that type, moves of the cursor, other directions of text.
say() { printf '\033[2J\033[H\033]0;evil\007\033]52;c;ZXZpbA==\007\033P+q544e\033\\\033[6n\033[5i\2331;31m\033]8;;http://evil.example\007link\033]8;;\007\r\b\v\f\177\302\233\342\200\256 %s\n' "$1"; }
say "on its output"
say "on its error output" >&2
name=$(printf 'evil\033]0;x\007\342\200\256<img src=x onerror=alert(1)>')
echo "$(say 'in a file')" > "$name.txt"
git add -A && git commit -q -m "$(say 'in a message')"
echo DONE
