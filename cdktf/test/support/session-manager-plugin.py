#!/usr/bin/env python3
"""
Stands in for AWS's session-manager-plugin, which needs AWS's websocket, and for the agent at its other end: a shell here is the
host's. As the real pair does: the plugin's words around the output, always exit code 0, an end of input that ends the session,
a shell on a terminal for the interactive document, and for the other a program of split words without either.
What the AWS CLI gave it is written to the file that SESSION_RECORD names.
"""

import json
import os
import pty
import shlex
import subprocess
import sys
import threading

NON_INTERACTIVE = "AWS-StartNonInteractiveCommand"


def read_input(descriptor):
    data = os.read(descriptor, 1024)
    if not data:
        print("Cannot perform start session: EOF", flush=True)
        os._exit(0)
    return data


def ignore_input():
    while read_input(0):
        pass


def on_a_terminal(command):
    pty.spawn(["sh", "-c", command] if command else ["sh"], stdin_read=read_input)


def without_a_terminal(command):
    threading.Thread(target=ignore_input, daemon=True).start()
    subprocess.run(shlex.split(command), stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)


if sys.argv[1:] == ["--version"]:
    print("1.2.707.0")
    sys.exit(0)

response, region, operation, profile, parameters, endpoint = sys.argv[1:]
request = json.loads(parameters)
answer = json.loads(os.environ.pop(response, response))
with open(os.environ["SESSION_RECORD"], "w", encoding="utf8") as record:
    json.dump({"answer": answer, "region": region, "operation": operation, "request": request, "endpoint": endpoint}, record)

print(f"\nStarting session with SessionId: {answer['SessionId']}", flush=True)
command = request.get("Parameters", {}).get("command", [""])[0]
(without_a_terminal if request.get("DocumentName") == NON_INTERACTIVE else on_a_terminal)(command)
print(f"\n\nExiting session with sessionId: {answer['SessionId']}.\n\n", flush=True)
