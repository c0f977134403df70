import os
import signal
import time

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
for _ in range(3):
    os.fork()
    os.setsid() if os.getpid() != os.getpgid(0) else None
print("held: begun", flush=True)
while True:
    time.sleep(1)
