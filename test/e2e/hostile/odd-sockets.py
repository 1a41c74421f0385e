# Opens sockets that lead to the host of a virtual machine (vsock), to the kernel's crypto, to raw frames, or to its subsystems.
import socket
for name in ("AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_BLUETOOTH", "AF_TIPC"):
    try:
        socket.socket(getattr(socket, name), socket.SOCK_STREAM if name == "AF_VSOCK" else socket.SOCK_SEQPACKET if name == "AF_ALG" else socket.SOCK_RAW)
        print("ESCAPED:", name)
    except (OSError, AttributeError):
        pass
for name, protocol in {"audit": 9, "connector": 11, "netfilter": 12, "generic": 16, "crypto": 21}.items():
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        print("ESCAPED: netlink", name)
    except PermissionError:
        pass
print("DONE")
