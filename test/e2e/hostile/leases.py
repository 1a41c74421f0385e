# Makes the person's programs wait: who opens a file to write on which another has a lease waits until that is given back.
import fcntl, os
try:
    fcntl.fcntl(os.open(os.environ["LAB_HOME"] + "/.bashrc", os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)
    print("ESCAPED: a lease")
except OSError:
    pass
print("DONE")
