# Builds another view of the files with the tools that every machine has.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
try unshare --user true
try unshare --user --map-root-user --mount true
try unshare --mount true
try nsenter --target "$LAB_PID" --mount true
try mount -t tmpfs none "$LAB_TREE"
try mount --bind / "$LAB_TREE"
try mount -o remount,rw /
try umount "$LAB_HOME/.ssh"
try umount -l /tmp
try chroot / true
echo DONE
