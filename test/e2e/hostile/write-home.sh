# Changes the person's files: straight, by links, renames, and descriptors opened for reading.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
try sh -c 'echo evil >> "$LAB_HOME/.bashrc"'
try sh -c 'exec 3<"$LAB_HOME/.bashrc" && echo evil > /proc/self/fd/3'
try sh -c 'echo evil > "/proc/self/root$LAB_HOME/.bashrc"'
try sh -c 'ln -s "$LAB_HOME/.bashrc" link && echo evil >> link'
try sh -c 'ln "$LAB_HOME/.bashrc" hard && echo evil >> hard'
try touch "$LAB_HOME/.profile"
try mkdir "$LAB_HOME/bin"
try mknod "$LAB_HOME/pipe" p
try ln -s /etc "$LAB_HOME/etc"
try sh -c 'echo evil > moved && mv -T moved "$LAB_HOME/.bashrc"'
try mv "$LAB_HOME/.bashrc" stolen
try truncate -s 0 "$LAB_HOME/.gitconfig"
try rm -rf "$LAB_HOME/.gitconfig"
echo DONE
