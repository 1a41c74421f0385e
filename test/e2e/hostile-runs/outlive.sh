# Goes on after its run: without parent, session, environment, or name.
(setsid setsid sh -c 'trap "" HUP INT TERM; sleep 62.0717; sleep 62.0717' >/dev/null 2>&1 </dev/null &)
env -i setsid sh -c 'cd / && exec sleep 62.0717' >/dev/null 2>&1 </dev/null &
python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir("/"); os.closerange(0, 100); os.environ.clear()
        os.execv("/bin/sleep", ["sleep", "62.0717"])
    os._exit(0)
'
sleep 0.3
echo DONE
