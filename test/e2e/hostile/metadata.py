# Changes modes, times and attributes of the person's files, and looks at those of what is hidden.
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
attempt("size of a key", lambda: os.stat(home + "/.ssh/id_ed25519"))
attempt("names in ccm's home", lambda: os.stat(os.environ["LAB_CCM"] + "/config.yaml"))
print("DONE")
