import errno

full = 0
for folder in ("/work", "/tmp", "/home", "/dev/shm"):
    size = 0
    try:
        with open(f"{folder}/fill", "wb", buffering=0) as file:
            while size < 1 << 30:
                size += file.write(bytes(1 << 20))
        print(f"BREACH: {folder} takes a gigabyte", flush=True)
    except OSError as error:
        full += error.errno in (errno.ENOSPC, errno.EFBIG, errno.EACCES)
        print(f"held: {folder} is full after {size >> 20} MiB ({error.strerror})", flush=True)
try:
    for number in range(10_000_000):
        open(f"/tmp/i{number}", "w").close()
except OSError as error:
    print(f"held: no more files ({error.strerror})", flush=True)
