# Looks into and takes over a process outside: ptrace, its memory, environment, descriptors, limits, its share of the processors, signals.
import ctypes, fcntl, os, platform, resource, signal, socket
pid = int(os.environ["LAB_PID"])
libc = ctypes.CDLL(None, use_errno=True)
left, right = socket.socketpair()
fcntl.fcntl(left, fcntl.F_SETFL, os.O_ASYNC)
arm = platform.machine() == "aarch64"

def attempt(name, action):
    try:
        if action() not in (-1, False, None): print("ESCAPED:", name)
    except (OSError, PermissionError):
        pass

vector = (ctypes.c_ulong * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
attempt("environ", lambda: b"OUTSIDE" in open(f"/proc/{pid}/environ", "rb").read())
attempt("mem", lambda: open(f"/proc/{pid}/mem", "r+b").fileno())
attempt("fd", lambda: os.readlink(f"/proc/{pid}/fd/0"))
attempt("cwd", lambda: os.readlink(f"/proc/{pid}/cwd"))
attempt("root", lambda: os.listdir(f"/proc/{pid}/root"))
attempt("exe", lambda: os.readlink(f"/proc/{pid}/exe"))
attempt("oom_score_adj", lambda: open(f"/proc/{pid}/oom_score_adj", "w").write("1000"))
attempt("process_vm_readv", lambda: libc.syscall(270 if arm else 310, pid, vector, 1, vector, 1, 0))
attempt("pidfd_getfd", lambda: libc.syscall(438, os.pidfd_open(pid), 0, 0))
attempt("limits", lambda: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)))
attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19) is None)
attempt("processors", lambda: os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))}) is None)
attempt("scheduler", lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)) is None)
attempt("disk priority", lambda: libc.syscall(30 if arm else 251, 1, pid, 3 << 13) == 0)
attempt("signal at input", lambda: fcntl.fcntl(left, fcntl.F_SETOWN, pid) or (right.send(b"x"), os.kill(pid, 0))[1] is None)
attempt("signal 0", lambda: os.kill(pid, 0) is None)
attempt("SIGCONT", lambda: os.kill(pid, signal.SIGCONT) is None)
attempt("pidfd signal", lambda: signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGCONT) is None)
attempt("ptrace seize", lambda: libc.ptrace(0x4206, pid, 0, 0))
attempt("SIGKILL", lambda: os.kill(pid, signal.SIGKILL) is None)
print("DONE")
