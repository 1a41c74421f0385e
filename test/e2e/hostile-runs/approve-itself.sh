# Decides about itself: with ccm's own commands, by the database, and over loopback.
try() { "$@" >/dev/null 2>&1 && echo "ESCAPED: $*"; }
export CCM_HOME="$LAB_CCM"
for words in "approve $CCM_TASK" "edit-project sample --approval auto" "config set sandbox.allowNone true" "web token" "open --print" "secret set EVIL" "trust $CCM_TASK" "stop" "list-tasks" "cancel-task 1"; do
  try "$LAB_CCM_PROGRAM" $words
done
try python3 -c 'import os, sqlite3; sqlite3.connect(os.environ["CCM_HOME"] + "/ccm.db").execute("UPDATE tasks SET state = 1")'
python3 - <<'PYTHON' || echo "ESCAPED: the page was not asked"
import os, urllib.error, urllib.request
for path, method in (("/api/v1/tasks", "GET"), (f"/api/v1/tasks/{os.environ['CCM_TASK']}/approve", "POST"), ("/", "GET"), ("/events", "GET")):
    request = urllib.request.Request(f"http://127.0.0.1:{os.environ['LAB_PORT']}{path}", method=method, data=b"{}" if method == "POST" else None,
        headers={"Authorization": f"Bearer {os.environ['CCM_RUN_TOKEN']}", "Content-Type": "application/json"})
    try:
        print("ESCAPED:", path, urllib.request.urlopen(request, timeout=5).status)
    except (urllib.error.URLError, OSError) as refused:
        if getattr(refused, "code", 401) not in (401, 403, 404): print("ESCAPED:", path, refused)
PYTHON
echo DONE
