# Goes on after its run: without parent, session, environment, or name.
(setsid setsid sh -c 'trap "" HUP INT TERM; sleep "$LAB_SECONDS"; sleep "$LAB_SECONDS"' >/dev/null 2>&1 </dev/null &)
env -i setsid sh -c "cd / && exec sleep $LAB_SECONDS" >/dev/null 2>&1 </dev/null &
python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        seconds = os.environ["LAB_SECONDS"]
        os.chdir("/"); os.closerange(0, 100); os.environ.clear()
        os.execv("/bin/sleep", ["sleep", seconds])
    os._exit(0)
'
sleep 0.3
echo DONE
