# Sends something out although the network is `none`.
import os, socket
def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except OSError:
        pass
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", int(os.environ["LAB_TCP"])), 2))
# A datagram to nobody looks the same to its sender; the receiver outside says whether it came.
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(os.environ["LAB_UDP"])))
except OSError:
    pass
attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\0" + os.environ["LAB_ABSTRACT"]))
print("DONE")
