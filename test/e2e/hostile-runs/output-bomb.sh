# Prints without an end, without newlines, and with nothing but newlines.
echo kept > kept-output-bomb.txt && git add kept-output-bomb.txt && git commit -q -m "Kept"
head -c 30000000 /dev/zero | tr '\0' 'x'
yes '' | head -c 30000000
yes 'evil evil evil evil' >&2
echo DONE
