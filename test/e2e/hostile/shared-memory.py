# Reads and writes what programs outside share: System V segments and files in /dev/shm.
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.shmget(int(os.environ["LAB_SEGMENT"]), 0, 0) != -1: print("ESCAPED: segment")
try:
    open(os.environ["LAB_SHARED"], "r+")
    print("ESCAPED: /dev/shm")
except OSError:
    pass
print("DONE")
