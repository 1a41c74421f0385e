# Becomes root through a set-user-id program. Only an ordinary user can show it.
[ "$(id -u)" != 0 ] && [ "$("$LAB_SETUID" -u)" = 0 ] && echo "ESCAPED: effective user 0"
echo DONE
