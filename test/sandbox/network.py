# Every way out of a limited network that was thought of; prints the names of those that were open.
import os, socket, struct
TCP, UDP = int(os.environ["LAB_TCP"]), int(os.environ["LAB_UDP"])
OTHER, OWN = "127.0.0.4", os.environ.get("LAB_OWN")
MPTCP, SCTP, UDPLITE, FASTOPEN, TCP_FASTOPEN_CONNECT = 262, 132, 136, 0x20000000, 30
def attempt(name, action):
    try:
        action()
        print(name)
    except OSError:
        pass
def connect(address, port=TCP, family=socket.AF_INET, protocol=0, kind=socket.SOCK_STREAM):
    line = socket.socket(family, kind, protocol)
    line.settimeout(3)
    line.connect((address, port))
    line.sendall(b"x")
def fast(send):
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.settimeout(3)
    send(line)
    line.getpeername()
def fast_connect():
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.settimeout(3)
    line.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
    line.connect((OTHER, TCP))
    line.sendall(b"x")
    line.getpeername()
def datagram(address, family=socket.AF_INET, protocol=0):
    socket.socket(family, socket.SOCK_DGRAM, protocol).sendto(b"x", (address, UDP))
def ask_proxy(start):
    place, _, rest = os.environ["HTTP_PROXY"].removeprefix("http://").rpartition("@")
    import base64
    host, port = rest.split(":")
    line = socket.create_connection((host, int(port)), 3)
    line.sendall((start + "\r\nProxy-Authorization: Basic " + base64.b64encode(place.encode()).decode() + "\r\n\r\n").encode())
    if b" 200 " not in line.recv(100): raise OSError
attempt("tcp", lambda: connect("127.0.0.1"))
attempt("tcp elsewhere", lambda: connect(OTHER))
if OWN: attempt("tcp to the machine's address", lambda: connect(OWN))
attempt("tcp 6", lambda: connect("::1", family=socket.AF_INET6))
attempt("tcp 4 in 6", lambda: connect("::ffff:127.0.0.4", family=socket.AF_INET6))
attempt("mptcp", lambda: connect(OTHER, protocol=MPTCP))
attempt("mptcp 6", lambda: connect("::1", family=socket.AF_INET6, protocol=MPTCP))
attempt("sctp", lambda: connect(OTHER, protocol=SCTP))
attempt("fast open", lambda: fast(lambda line: line.sendto(b"x", FASTOPEN, (OTHER, TCP))))
attempt("fast open message", lambda: fast(lambda line: line.sendmsg([b"x"], [], FASTOPEN, (OTHER, TCP))))
attempt("fast open connect", fast_connect)
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("ping", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1))
attempt("packet", lambda: socket.socket(17, socket.SOCK_DGRAM, 0))
attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
attempt("upper layer", lambda: fast(lambda line: line.setsockopt(socket.IPPROTO_TCP, 31, b"tls")))
attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\0" + os.environ["LAB_ABSTRACT"]))
# Whoever sends a datagram does not learn whether it came; the receiver outside does.
for send in (lambda: datagram("127.0.0.1"), lambda: datagram(OTHER), lambda: datagram("127.0.0.1", protocol=UDPLITE), lambda: datagram("::1", socket.AF_INET6)):
    try: send()
    except OSError: pass
if "HTTP_PROXY" in os.environ:
    for host in ("127.0.0.1", "localhost", OTHER, "[::1]", "0", "127.1", "[::ffff:7f00:1]"):
        attempt("proxy to " + host, lambda: ask_proxy(f"CONNECT {host}:{TCP} HTTP/1.1"))
    attempt("proxy to the cloud", lambda: ask_proxy("CONNECT 169.254.169.254:80 HTTP/1.1"))
    attempt("proxy to ssh", lambda: ask_proxy("CONNECT allowed.example:22 HTTP/1.1"))
    attempt("proxy by another host", lambda: ask_proxy(f"GET http://{OTHER}:{TCP}/ HTTP/1.1\r\nHost: allowed.example"))
for path in (os.environ["LAB_SOCKETS"], "/proc/1/fd", "/proc/1/root/tmp", "/proc/1/cwd", f"/proc/{os.getppid()}/root{os.environ['LAB_SOCKETS']}"):
    attempt("sockets by " + path.replace(os.environ["LAB_SOCKETS"], "path"), lambda: [os.stat(os.path.join(path, name)) for name in os.listdir(path)] or 1)
attempt("same port elsewhere", lambda: connect(OTHER, int(os.environ.get("LAB_SAME", "1"))))
attempt("listed port", lambda: connect(OTHER, int(os.environ.get("LAB_LISTED", "1"))))
