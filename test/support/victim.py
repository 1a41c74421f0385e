# Everything outside a sandbox that must not be reachable from inside: a process, sockets, a terminal, shared memory.
# Prints what it made as JSON, then writes a line into `received` in its folder for whatever reaches it. With `forget` and the
# name of a queue it removes that: what a victim that was killed leaves behind counts against its user.
import ctypes, json, os, platform, select, socket, sys
libc = ctypes.CDLL(None)
MQ_OPEN, MQ_UNLINK = (180, 181) if platform.machine() == "aarch64" else (240, 241)
if sys.argv[1] == "forget": sys.exit(libc.syscall(MQ_UNLINK, sys.argv[2].encode()) and 0)
folder = sys.argv[1]
IPC_CREAT = 0o1000
segment = os.getpid()
assert libc.shmget(segment, 4096, IPC_CREAT | 0o600) != -1
queue = f"ccm-victim-{os.getpid()}".encode()
O_CREAT_RDWR = 0o102
one_byte = (ctypes.c_long * 8)(0, 1, 1) # struct mq_attr: one message of one byte, since a user may have few.
assert libc.syscall(MQ_OPEN, queue, O_CREAT_RDWR, 0o600, one_byte) != -1
shared = f"/dev/shm/ccm-victim-{os.getpid()}"
open(shared, "w").write("shared")
master, slave = os.openpty()
abstract = f"ccm-victim-{os.getpid()}"
sockets = {"stream": (socket.SOCK_STREAM, f"{folder}/stream.sock"), "datagram": (socket.SOCK_DGRAM, f"{folder}/datagram.sock"), "abstract": (socket.SOCK_STREAM, "\0" + abstract)}
opened = {}
for name, (kind, where) in sockets.items():
    listener = socket.socket(socket.AF_UNIX, kind)
    listener.bind(where)
    if kind == socket.SOCK_STREAM: listener.listen()
    opened[listener.fileno()] = (name, listener)
# Named in ways that the kernel repeats as they are: through a link, from the folder it is in, with a line break, with dots;
# and by what means another file for whoever reads it, which nobody's start may fail for.
os.makedirs("served/below")
os.symlink("served", "linked")
odd = ["linked/by-link", "served/by-folder", f"{folder}/served/line\nbreak", f"{folder}/served/../served/dots", f"{folder}/linked/absolute"]
for name in odd:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(name)
    listener.listen()
    opened[listener.fileno()] = (name, listener)
os.chdir("served/below")
elsewhere = socket.socket(socket.AF_UNIX)
elsewhere.bind("/proc/self/cwd/file")
os.chdir(folder)
tcp = socket.create_server(("127.0.0.1", 0))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
opened[tcp.fileno()] = ("tcp", tcp)
opened[udp.fileno()] = ("udp", udp)
print(json.dumps({"LAB_PID": str(os.getpid()), "LAB_SOCKET": sockets["stream"][1], "LAB_DATAGRAM": sockets["datagram"][1], "LAB_ABSTRACT": abstract,
    "LAB_TERMINAL": os.ttyname(slave), "LAB_SEGMENT": str(segment), "LAB_SHARED": shared, "LAB_QUEUE": queue.decode(),
    "LAB_ODD_SOCKETS": json.dumps([os.path.join(folder, name) for name in odd]),
    "LAB_TCP": str(tcp.getsockname()[1]), "LAB_UDP": str(udp.getsockname()[1])}), flush=True)
os.close(1)
try:
    while True:
        for ready in select.select([master, 0, *opened], [], [])[0]:
            if ready == 0: sys.exit(0)
            name = "terminal" if ready == master else opened[ready][0]
            with open(f"{folder}/received", "a") as file: file.write(name + "\n")
            if ready == master: os.read(master, 1000)
            elif name in ("datagram", "udp"): opened[ready][1].recv(1000)
            else: opened[ready][1].accept()
finally:
    os.unlink(shared)
    libc.syscall(MQ_UNLINK, queue)
    libc.shmctl(libc.shmget(segment, 0, 0), 0, None)
