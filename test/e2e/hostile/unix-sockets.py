# Connects to sockets that programs outside listen on: D-Bus, docker and agents are reached like this.
import json, os, socket

def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except OSError:
        pass

def connect(kind, where):
    socket.socket(socket.AF_UNIX, kind).connect(where)

def reconnect_pair(kind):
    one, _ = socket.socketpair(socket.AF_UNIX, kind)
    one.connect(os.environ["LAB_DATAGRAM"])
    one.send(b"from inside")

def send_from_pair():
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"from inside", os.environ["LAB_DATAGRAM"])

attempt("stream", lambda: connect(socket.SOCK_STREAM, os.environ["LAB_SOCKET"]))
for path in json.loads(os.environ["LAB_ODD_SOCKETS"]):
    attempt(path, lambda: connect(socket.SOCK_STREAM, path))
attempt("datagram", lambda: connect(socket.SOCK_DGRAM, os.environ["LAB_DATAGRAM"]))
attempt("abstract", lambda: connect(socket.SOCK_STREAM, "\0" + os.environ["LAB_ABSTRACT"]))
attempt("datagram pair, connected anew", lambda: reconnect_pair(socket.SOCK_DGRAM))
attempt("raw pair, connected anew", lambda: reconnect_pair(socket.SOCK_RAW))
attempt("datagram pair, with an address", send_from_pair)
print("DONE")
