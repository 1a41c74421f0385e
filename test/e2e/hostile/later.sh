# Leaves something that runs later, and outside: by cron, at, systemd, a login, a shell's start, the linker.
# Never tried without a sandbox: it would stay on the machine.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
try sh -c 'echo "* * * * * true" | crontab -'
try sh -c 'echo true | at now + 1 minute'
try systemd-run true
try systemd-run --user true
try loginctl enable-linger
for folder in /etc/cron.d /etc/cron.daily /var/spool/cron /var/spool/cron/crontabs /etc/profile.d /etc/systemd/system /etc/init.d /etc/sudoers.d \
  /etc/xdg/autostart /usr/local/bin /usr/lib /var/lib "$LAB_HOME/.config/systemd/user" "$LAB_HOME/.config/autostart" "$LAB_HOME/.local/bin" "$LAB_HOME/.ssh"; do
  [ -d "$folder" ] && try sh -c "echo evil > '$folder/ccm-evil'"
  try mkdir -p "$folder/ccm-evil-folder"
done
for file in /etc/ld.so.preload /etc/crontab /etc/passwd /etc/environment "$LAB_HOME/.profile" "$LAB_HOME/.bash_profile" "$LAB_HOME/.ssh/authorized_keys" "$LAB_HOME/.gitconfig"; do
  try sh -c "echo evil >> '$file'"
done
echo DONE
