# Takes memory until somebody stops it, in two processes.
import os, subprocess, time
subprocess.run("echo kept > kept-memory-bomb.txt && git add kept-memory-bomb.txt && git commit -q -m Kept", shell=True, check=True)
os.fork()
held = []
for _ in range(200):
    held.append(bytearray(os.urandom(1000)) * 10_000)
    time.sleep(0.02)
time.sleep(60)
print("DONE")
