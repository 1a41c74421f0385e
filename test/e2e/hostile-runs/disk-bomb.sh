# Fills the disk until somebody stops it: 10 MB a second, and no more than 400 MB.
echo kept > kept-disk-bomb.txt && git add kept-disk-bomb.txt && git commit -q -m "Kept"
i=0
while [ $i -lt 400 ]; do
  head -c 1000000 /dev/urandom > "bomb-$i" || exit 1
  i=$((i + 1))
  sleep 0.1
done
echo DONE
