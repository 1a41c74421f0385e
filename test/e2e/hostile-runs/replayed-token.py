# Uses the token of another run: at its own host and at the other's, which is alive, and at one that has ended.
import json, os, sys, urllib.error, urllib.request
own = (os.environ["CCM_RUN_URL"], os.environ["CCM_RUN_TOKEN"])
others = [(order["url"], order["token"]) for order in json.loads(os.environ.get("LAB_OTHERS", "[]"))]

def status(url, token):
    request = urllib.request.Request(url + "/hook/Stop", data=b'{"hook_event_name":"Stop","last_assistant_message":"replayed"}', headers={"Authorization": f"Bearer {token}"})
    try:
        return urllib.request.urlopen(request, timeout=5).status
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return None

if status(*own) != 200: print("ESCAPED: its own host does not hear it")
for url, token in others:
    if status(url, own[1]) == 200: print("ESCAPED: its own token opens the host of another run")
    if status(own[0], token) == 200: print("ESCAPED: the token of another run opens its own host")
print("DONE")
