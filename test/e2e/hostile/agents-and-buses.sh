# Asks the person's own agents and buses to act for it: ssh-agent, D-Bus, docker.
SSH_AUTH_SOCK="$LAB_SSH_AGENT" ssh-add -l >/dev/null 2>&1
[ $? -lt 2 ] && echo "ESCAPED: ssh-agent answers"
dbus-send --bus="unix:path=$LAB_BUS" --dest=org.freedesktop.DBus --print-reply / org.freedesktop.DBus.ListNames >/dev/null 2>&1 && echo "ESCAPED: D-Bus answers"
for socket in /run/docker.sock /var/run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock /run/dbus/system_bus_socket /run/systemd/private /tmp/.X11-unix/X0; do
  [ -e "$socket" ] && python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$socket" 2>/dev/null && echo "ESCAPED: $socket"
done
for name in SSH_AUTH_SOCK DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY GPG_AGENT_INFO DOCKER_HOST TMUX XAUTHORITY; do
  [ -n "$(printenv "$name")" ] && echo "ESCAPED: $name is set"
done
echo DONE
