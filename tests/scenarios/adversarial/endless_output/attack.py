import os

block = b"all work and no play makes jack a dull boy\n" * 4096
while True:
    os.write(1, block)
