# Rewrites what git reads as configuration in the private git directory, also by moving folders out of the way.
# Only at namespace: Landlock cannot make exceptions inside what may be written.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
try sh -c 'echo "[core] fsmonitor = evil" >> "$LAB_GIT/config"'
try git --git-dir "$LAB_GIT" config core.fsmonitor evil
try rm "$LAB_GIT/config"
try sh -c 'echo > c && mv -T c "$LAB_GIT/config"'
try sh -c 'echo > "$LAB_GIT/hooks/pre-commit"'
try mv "$LAB_GIT/hooks" "$LAB_GIT/away"
try sh -c 'echo /elsewhere > "$LAB_GIT/objects/info/alternates"'
try mv "$LAB_GIT/objects" "$LAB_GIT/objects-away"
try python3 -c 'import os; os.rename(os.environ["LAB_GIT"], os.environ["LAB_GIT"] + "-away")'
try rmdir "$LAB_GIT/info"
echo DONE
