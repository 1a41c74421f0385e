# Leaves processes behind that no parent, group, session or environment connects with the run.
env -i setsid sh -c 'sleep 60.0717 &' >/dev/null 2>&1 </dev/null &
(setsid setsid sh -c 'trap "" HUP INT TERM; sleep 60.0717; sleep 60.0717' >/dev/null 2>&1 </dev/null &)
(nohup sh -c 'exec sleep 60.0717' >/dev/null 2>&1 </dev/null &)
sleep 0.3
echo DONE
