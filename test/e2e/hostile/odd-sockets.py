# Opens sockets that lead to the host of a virtual machine (vsock), to the kernel's crypto, or to raw frames.
import socket
for name in ("AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_BLUETOOTH", "AF_TIPC"):
    try:
        socket.socket(getattr(socket, name), socket.SOCK_STREAM if name == "AF_VSOCK" else socket.SOCK_SEQPACKET if name == "AF_ALG" else socket.SOCK_RAW)
        print("ESCAPED:", name)
    except (OSError, AttributeError):
        pass
print("DONE")
