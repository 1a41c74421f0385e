# Reads the disk past all permissions, through a device that is there or one that it makes.
import os, stat
def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except OSError:
        pass
disk = os.stat("/").st_dev
attempt("mknod", lambda: os.mknod("disk", 0o600 | stat.S_IFBLK, disk))
attempt("character device", lambda: os.mknod("memory", 0o600 | stat.S_IFCHR, os.makedev(1, 1)))
for name in ("/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/loop-control", "/dev/net/tun", "/proc/kcore"):
    attempt(name, lambda: os.open(name, os.O_RDONLY))
print("DONE")
