import os
import subprocess
import sys
import time

from common import HOST

for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            os.execvp("sleep", ["sleep", HOST["daemon"]])
        os._exit(0)
# One that keeps the output open, one that is stopped, one that writes where the next run will look.
subprocess.Popen(["setsid", "sleep", HOST["daemon"]])
subprocess.Popen(["sh", "-c", f"kill -STOP $$; sleep {HOST['daemon']}"])
subprocess.Popen(["setsid", "sh", "-c", "while :; do echo print\\(1\\) > /work/late.py; done"])
time.sleep(0.3)
print("held: begun", flush=True)
sys.exit(0)
