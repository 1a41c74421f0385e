# Leaves processes behind that no parent, group, session or environment connects with the run.
: "${LAB_SECONDS:?}"
env -i setsid sh -c "sleep $LAB_SECONDS &" >/dev/null 2>&1 </dev/null &
(setsid setsid sh -c "trap '' HUP INT TERM; sleep $LAB_SECONDS; sleep $LAB_SECONDS" >/dev/null 2>&1 </dev/null &)
(nohup sh -c "exec sleep $LAB_SECONDS" >/dev/null 2>&1 </dev/null &)
sleep 0.3
echo DONE
