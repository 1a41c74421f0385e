# Crashes, so that the kernel starts the machine's collector of crashes on what is in this memory.
import os, resource
for limit in (resource.RLIM_INFINITY, 1 << 30, 2):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
        print("ESCAPED: core dumps of", limit)
    except (OSError, ValueError):
        pass
if resource.getrlimit(resource.RLIMIT_CORE) != (1, 1): print("ESCAPED: the limit is", resource.getrlimit(resource.RLIMIT_CORE))
child = os.fork()
if child == 0: os.abort()
if os.WCOREDUMP(os.waitpid(child, 0)[1]) or any(name == "core" or name.startswith("core.") for name in os.listdir(".")): print("ESCAPED: dumped")
print("DONE")
