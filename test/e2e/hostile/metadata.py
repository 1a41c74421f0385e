# Changes modes, times and attributes of the person's files.
# Only at namespace: Landlock has no right for them.
import os
home = os.environ["LAB_HOME"]
def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except OSError:
        pass
attempt("mode", lambda: os.chmod(home + "/.bashrc", 0o600))
attempt("mode of what is hidden", lambda: os.chmod(os.environ["LAB_CCM"] + "/ccm.db", 0o600))
attempt("times", lambda: os.utime(home + "/.bashrc", (1, 1)))
attempt("attribute", lambda: os.setxattr(home + "/.bashrc", "user.evil", b"1"))
print("DONE")
