import sys

attacks = [
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "done\roverwritten\r",
    "\x08\x08\x08",
    "\x07",
    "\u202eevil\u2066",
    "\x1b",
]
sys.stdout.buffer.write("".join(f"{attack}\n" for attack in attacks).encode())
print("held: said")
