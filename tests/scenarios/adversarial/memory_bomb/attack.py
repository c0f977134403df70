print("held: begun", flush=True)
hoard = []
while True:
    hoard.append(bytes(range(256)) * 40960)
