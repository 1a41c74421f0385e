# An agent that tries the page of the daemon that runs it, with everything that it could have got hold of; tells how each try went.
import array, http.client, json, os, re, socket, subprocess, sys, time

order = json.loads(re.search(r"\{.*\}", " ".join(sys.argv)).group())
port, token, cookie = order["port"], order["token"], order["cookie"]
name, value = cookie.split("=", 1)
found = {}

def ask(method, path, headers={}, body=None, port=port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, {"Host": f"127.0.0.1:{port}", **headers})
        answer = connection.getresponse()
        return [answer.status, answer.read().decode("latin1"), answer.getheader("set-cookie")]
    finally:
        connection.close()

def note(what, answer):
    status, text, got = answer
    found[what] = {"status": status, "cookie": got, "isPage": "<nav" in text}

def read(what, path):
    try:
        found[what] = open(path).read()
    except OSError as error:
        found[what] = type(error).__name__

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BEARER = {"Authorization": f"Bearer {token}"}
COOKIE = {"Cookie": cookie}

read("the token file", os.path.join(order["home"], "token"))
read("the database", os.path.join(order["home"], "ccm.db"))
read("what the daemon says of itself", os.path.join(order["home"], "daemon.lock"))

note("no proof", ask("GET", "/"))
note("no proof, at the API", ask("GET", "/api/v1/tasks"))
own = os.environ.get("CCM_RUN_TOKEN", "")
found["has a token of its own"] = len(own) > 20
note("its own token", ask("GET", "/", {"Authorization": f"Bearer {own}"}))
note("its own token as a cookie", ask("GET", "/", {"Cookie": f"{name}={own}"}))
note("its own token as a link", ask("POST", "/sign-in", FORM, f"link={own}"))
note("no link", ask("POST", "/sign-in", FORM, "link="))
note("a found link", ask("POST", "/sign-in", FORM, f"link={order['link']}"))
note("the token", ask("GET", "/", BEARER))
note("the token, at the API", ask("GET", "/api/v1/tasks", BEARER))

# From a process that has left the others, and whose parent is gone.
script = f"""
import http.client
c = http.client.HTTPConnection("127.0.0.1", {port}, timeout=20)
c.request("GET", "/", headers={{"Authorization": "Bearer {token}"}})
a = c.getresponse()
open("orphan.txt", "w").write(str(a.status))
"""
subprocess.run(["setsid", "-f", sys.executable, "-c", script], env={"PATH": os.environ["PATH"]})
deadline = time.time() + 20
while not os.path.exists("orphan.txt") and time.time() < deadline: time.sleep(0.05)
time.sleep(0.1)
found["the token, from an orphan"] = open("orphan.txt").read()

# Given up before anybody can look whose it is: the write must not happen.
def write(path, body, headers):
    lines = "".join(f"{key}: {text}\r\n" for key, text in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}Content-Length: {len(body)}\r\n\r\n{body}".encode()
task = json.dumps({"project": "repo", "title": "by the intruder", "prompt": "demo: done"})
for _ in range(20):
    gone = socket.create_connection(("127.0.0.1", port))
    gone.sendall(write("/api/v1/tasks", task, {**BEARER, "Content-Type": "application/json"}))
    gone.close()

# In nobody's hands while it is looked at: sent from one end of a pair to the other, and taken out afterwards.
try:
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    travelling = socket.create_connection(("127.0.0.1", port))
    number = travelling.fileno()
    child = os.fork()
    if child == 0:
        left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [number]))])
        travelling.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n" % (port, token.encode()))
        os._exit(0)
    os.waitpid(child, 0)
    # The last bytes go out while this process holds it, so this is what a whole scan sees; then it is closed here.
    travelling.sendall(b"\r\n")
    travelling.close()
    time.sleep(0.5)
    _, ancillary, _, _ = right.recvmsg(1, socket.CMSG_LEN(4))
    back = socket.socket(fileno=array.array("i", ancillary[0][2])[0])
    back.settimeout(20)
    found["the token, on a connection that travels"] = back.recv(15).decode("latin1")
except OSError as error:
    found["the token, on a connection that travels"] = type(error).__name__

note("the open address", ask("GET", "/healthz"))
# Last, because the session ends of it.
note("a session's cookie", ask("GET", "/", COOKIE))
note("a session's cookie again", ask("GET", "/api/v1/tasks", COOKIE))
json.dump(found, open("found.json", "w"))
