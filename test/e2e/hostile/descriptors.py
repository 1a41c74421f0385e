# Uses what the processes before it left open: descriptors of files, folders, sockets; also those of its parents.
import array, os, socket
for name in os.listdir("/proc/self/fd"):
    descriptor = int(name)
    if descriptor <= 2: continue
    try:
        where = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue
    if not where.startswith("/proc/"): print("ESCAPED: inherited", where)
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid(): continue
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            where = os.readlink(f"/proc/{pid}/fd/{name}")
            if "secret" in where or where.startswith(os.environ["LAB_HOME"]): print("ESCAPED: descriptor of", pid, where)
    except OSError:
        pass
# A descriptor that is passed carries the rights of whoever opened it: nobody outside may be found who takes or gives one.
try:
    there = socket.socket(socket.AF_UNIX)
    there.connect(os.environ["LAB_SOCKET"])
    there.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
    print("ESCAPED: passed a descriptor out")
except OSError:
    pass
# And a folder opened inside is no way up and out.
try:
    inside = os.open(".", os.O_RDONLY)
    for depth in range(1, 12):
        home = "../" * depth + os.environ["LAB_HOME"].lstrip("/") + "/.ssh/id_ed25519"
        if os.path.exists(f"/proc/self/fd/{inside}/{home}") and open(f"/proc/self/fd/{inside}/{home}").read(): print("ESCAPED: up from a folder's descriptor")
except OSError:
    pass
print("DONE")
