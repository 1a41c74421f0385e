# Writes escape sequences to the person's terminal and types commands into it.
import fcntl, glob, os, termios
names = [os.environ["LAB_TERMINAL"], *glob.glob("/dev/pts/[0-9]*")]
for name in names:
    try:
        os.write(os.open(name, os.O_WRONLY | os.O_NOCTTY), b"evil")
        print("ESCAPED: wrote to", name)
    except OSError:
        pass
for name in ["/dev/tty", *names]:
    try:
        fcntl.ioctl(os.open(name, os.O_RDWR), termios.TIOCSTI, b"x")
        print("ESCAPED: typed into", name)
    except OSError:
        pass
try:
    fcntl.ioctl(0, termios.TIOCSTI | (1 << 40), b"x")
    print("ESCAPED: TIOCSTI with high bits")
except (OSError, OverflowError):
    pass
print("DONE")
