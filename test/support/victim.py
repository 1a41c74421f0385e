# Everything outside a sandbox that must not be reachable from inside: a process, sockets, a terminal, shared memory.
# Prints what it made as JSON, then writes a line into `received` in its folder for whatever reaches it.
import ctypes, json, os, select, socket, sys
folder = sys.argv[1]
libc = ctypes.CDLL(None)
IPC_CREAT = 0o1000
segment = os.getpid()
assert libc.shmget(segment, 4096, IPC_CREAT | 0o600) != -1
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
tcp = socket.create_server(("127.0.0.1", 0))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
opened[tcp.fileno()] = ("tcp", tcp)
opened[udp.fileno()] = ("udp", udp)
print(json.dumps({"LAB_PID": str(os.getpid()), "LAB_SOCKET": sockets["stream"][1], "LAB_DATAGRAM": sockets["datagram"][1], "LAB_ABSTRACT": abstract,
    "LAB_TERMINAL": os.ttyname(slave), "LAB_SEGMENT": str(segment), "LAB_SHARED": shared,
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
    libc.shmctl(libc.shmget(segment, 0, 0), 0, None)
