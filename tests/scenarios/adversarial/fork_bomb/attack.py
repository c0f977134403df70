import os
import time

print("held: begun", flush=True)
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
