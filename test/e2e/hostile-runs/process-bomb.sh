# Starts processes until somebody stops it; bounded, so that a sandbox that does not hold costs the machine nothing.
echo kept > kept-process-bomb.txt && git add kept-process-bomb.txt && git commit -q -m "Kept"
i=0
while [ $i -lt 400 ]; do
  (setsid sleep "$LAB_SECONDS" >/dev/null 2>&1 &)
  i=$((i + 1))
done
sleep 60
echo DONE
