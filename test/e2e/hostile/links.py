# Reaches outside by names that lead there: links, races between looking and opening, bind-like tricks, odd spellings.
import os, threading
home, tree = os.environ["LAB_HOME"], os.environ["LAB_TREE"]
key, rc = home + "/.ssh/id_ed25519", home + "/.bashrc"
def attempt(name, action):
    try:
        if action() not in (None, False): print("ESCAPED:", name)
    except OSError:
        pass
def write(path): return os.write(os.open(path, os.O_WRONLY | os.O_APPEND), b"evil")
def read(path): return len(open(path, "rb").read())
os.symlink(home, "to-home")
os.symlink("to-home/../" + os.path.basename(home), "twice")
attempt("write through a linked folder", lambda: write("to-home/.bashrc"))
attempt("write through two links", lambda: write("twice/.bashrc"))
attempt("create through a linked folder", lambda: os.open("to-home/new", os.O_CREAT | os.O_WRONLY))
attempt("rename into a linked folder", lambda: (open("r", "w").close(), os.rename("r", "to-home/r"), True)[-1])
attempt("rename out of a linked folder", lambda: (os.rename("to-home/.bashrc", "stolen"), True)[-1])
attempt("exchange", lambda: os.rename(home + "/.ssh", "ssh") or True)
attempt("hard link of a key", lambda: (os.link(key, "key"), read("key"))[-1])
attempt("hard link of a file, then write", lambda: (os.link(rc, "rc"), write("rc"))[-1])
attempt("read through a linked folder", lambda: read("to-home/.ssh/id_ed25519"))
attempt("/proc/self/root", lambda: read("/proc/self/root" + key))
attempt("/proc/thread-self/root", lambda: write("/proc/thread-self/root" + rc))
attempt("doubled slashes and dots", lambda: read("//" + home.replace("/", "//") + "/./.ssh/../.ssh/id_ed25519"))
attempt("reopen for writing", lambda: os.write(os.open(f"/proc/self/fd/{os.open(rc, os.O_RDONLY)}", os.O_WRONLY), b"evil"))
attempt("O_PATH", lambda: os.write(os.open(f"/proc/self/fd/{os.open(rc, os.O_PATH)}", os.O_WRONLY), b"evil"))
attempt("truncate", lambda: os.truncate(rc, 0) or True)
# What is looked at is a folder of the tree, what is opened a link: the kernel decides at the opening.
os.mkdir("raced")
open("raced/.bashrc", "w").close()
done = []
def swap():
    while not done:
        try:
            os.rename("raced", "aside"); os.symlink(home, "raced"); os.unlink("raced"); os.rename("aside", "raced")
        except OSError:
            pass
racer = threading.Thread(target=swap)
racer.start()
before = os.stat(rc).st_size if os.path.exists(rc) else None
for _ in range(3000):
    try:
        write("raced/.bashrc")
    except OSError:
        pass
done.append(True)
racer.join()
if before is not None and os.stat(rc).st_size != before: print("ESCAPED: won a race")
print("DONE")
