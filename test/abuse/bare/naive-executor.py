"""The plain way to run a program for somebody: a subprocess with a timeout, in a temporary folder. It holds nothing, which is its point.

Reads one request as JSON, starts the process of the host that attacks look for, runs the program, writes the answers as one line of JSON.
"""

import json
import os
import subprocess
import sys
import threading

request = json.load(sys.stdin)
host_process = subprocess.Popen(json.loads(os.environ["ABUSE_HOST_PROCESS"]), stdout=subprocess.PIPE)
host_process.stdout.readline()

with open(request["file"], "w", encoding="utf-8") as file:
    file.write(request["code"])


def run():
    command = [request["interpreter"], request["file"]]
    # By this mark what the program leaves running is found from outside.
    marked = {**os.environ, "ABUSE_MARK": request["mark"]}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=request["timeout"], env=marked
        )
    except subprocess.TimeoutExpired as late:
        return {"status": "timed_out", "exitCode": None, "stdout": decode(late.stdout), "stderr": decode(late.stderr)}
    status = "succeeded" if done.returncode == 0 else "failed" if done.returncode > 0 else "killed"
    code = done.returncode if done.returncode >= 0 else None
    return {"status": status, "exitCode": code, "stdout": decode(done.stdout), "stderr": decode(done.stderr)}


def decode(output):
    return (output or b"").decode("utf-8", "replace")


answers = []
if request["together"]:
    threads = [threading.Thread(target=lambda: answers.append(run())) for _ in range(request["runs"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
else:
    for _ in range(request["runs"]):
        answers.append(run())
print(json.dumps(answers), flush=True)
# What the program left running is looked for from outside, before everything ends.
sys.stdin = None
threading.Event().wait(30)
