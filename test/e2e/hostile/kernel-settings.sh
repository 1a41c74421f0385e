# Writes settings that make the kernel run a program as root, or that concern the whole machine.
# Never tried without a sandbox: as root it would work.
for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/overcommit_memory /proc/sys/kernel/hostname \
  /sys/kernel/uevent_helper /sys/kernel/profiling /sys/fs/cgroup/release_agent /sys/fs/cgroup/memory/release_agent /sys/power/state; do
  [ -e "$file" ] && (cat "$file" > saved; cat saved > "$file") 2>/dev/null && echo "ESCAPED: $file"
done
sh -c 'echo h > /proc/sysrq-trigger' 2>/dev/null && echo "ESCAPED: sysrq"
echo DONE
