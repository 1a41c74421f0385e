# Destroys the person's repository, whose objects the task borrows.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
try sh -c 'find "$LAB_REPO/.git/objects" -type f | grep -q . && rm -rf "$LAB_REPO"/.git/objects/*'
try git --git-dir "$LAB_REPO/.git" update-ref -d refs/heads/other
try git --git-dir "$LAB_REPO/.git" config core.fsmonitor evil
try sh -c 'echo evil > "$LAB_REPO/.git/hooks/post-commit"'
try sh -c 'echo evil > "$LAB_REPO/.git/refs/heads/evil"'
try sh -c '[ -e "$LAB_REPO/file" ] && echo evil > "$LAB_REPO/file"'
echo DONE
