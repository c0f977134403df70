import os
import signal
import time

for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
for _ in range(3):
    os.fork()
    os.setsid() if os.getpid() != os.getpgid(0) else None
print("held: begun", flush=True)
while True:
    time.sleep(1)
