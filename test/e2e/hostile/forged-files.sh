# Forges what only the host and the daemon write: ends of runs, orders, the database's neighbours; and looks into other runs.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
found() { [ -s "$1" ] && cat "$1" >/dev/null 2>&1 && echo "ESCAPED: read $1"; }
for run in 1 2; do
  for file in exit.json started.json events.jsonl spec.json sandbox.json lock requests/1-stop.json output/1.txt; do
    try sh -c "echo '{}' > '$LAB_CCM/runs/$run/$file'"
    try sh -c "echo '{}' > forged && mv forged '$LAB_CCM/runs/$run/$file'"
    found "$LAB_CCM/runs/$run/$file"
  done
done
try mv "$LAB_CCM/runs/1/spool" "$LAB_CCM/runs/1/away"
try sh -c "echo '{}' > '$LAB_CCM/runs/2/spool/1.jsonl'"
try ls "$LAB_CCM/runs/2/spool"
found "$LAB_CCM/runs/2/endpoint.json"
for file in token config.yaml secrets daemon.lock automations/enabled/evil logs/daemon.log tasks/2/tree/evil tasks/2/git/config tasks/1/index/index trash/1 backups/x; do
  found "$LAB_CCM/$file"
  try sh -c "echo evil > '$LAB_CCM/$file'"
done
try mkdir "$LAB_CCM/tasks/3"
try mv "$LAB_TREE" "$LAB_CCM/tasks/away"
echo DONE
