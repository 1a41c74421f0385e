# Reads keys, the database and another task's tree: straight, by links, and through other processes' roots.
found() { [ -s "$1" ] && cat "$1" >/dev/null 2>&1 && echo "ESCAPED: $2"; }
ln -s "$LAB_HOME/.ssh/id_ed25519" by-symlink; ln "$LAB_HOME/.ssh/id_ed25519" by-hardlink 2>/dev/null
found "$LAB_HOME/.ssh/id_ed25519" key
found "$LAB_HOME/.netrc" netrc
found "$LAB_CCM/ccm.db" database
found "$LAB_CCM/tasks/2/tree/other.txt" "another task"
found "$LAB_TREE/../../2/tree/other.txt" "another task by dots"
found by-symlink "key by symlink"
found by-hardlink "key by hardlink"
found "/proc/self/root$LAB_HOME/.ssh/id_ed25519" "key by own root"
found "/proc/self/cwd/../../../ccm.db" "database by own cwd"
found "/proc/$LAB_PID/root$LAB_HOME/.ssh/id_ed25519" "key by another root"
found "/proc/1/root$LAB_HOME/.ssh/id_ed25519" "key by root of init"
found "/proc/$LAB_PID/cwd/.ssh/id_ed25519" "key by another cwd"
grep -q token "$LAB_REPO/.git/config" 2>/dev/null && echo "ESCAPED: token of the remote"
echo DONE
