# Reads and writes what programs outside share: System V segments, message queues, files in /dev/shm.
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
if libc.shmget(int(os.environ["LAB_SEGMENT"]), 0, 0) != -1: print("ESCAPED: segment")
MQ_OPEN, MQ_UNLINK = (180, 181) if platform.machine() == "aarch64" else (240, 241)
queue = os.environ["LAB_QUEUE"].encode()
if libc.syscall(MQ_OPEN, queue, os.O_RDWR, 0, None) != -1: print("ESCAPED: opened a queue")
if libc.syscall(MQ_UNLINK, queue) != -1: print("ESCAPED: removed a queue")
try:
    open(os.environ["LAB_SHARED"], "r+")
    print("ESCAPED: /dev/shm")
except OSError:
    pass
print("DONE")
