import socket

from common import HOST, attempt


def tcp(address, port):
    return lambda: socket.create_connection((address, port), timeout=2)


def abstract():
    stream = socket.socket(socket.AF_UNIX)
    stream.connect("\0" + HOST["abstract"])


def vsock():
    stream = socket.socket(40, socket.SOCK_STREAM)
    stream.settimeout(2)
    stream.connect((2, 1024))


attempt("host loopback", tcp("127.0.0.1", HOST["port"]))
for address in HOST["addresses"]:
    attempt("host address", tcp(address, HOST["port"]))
attempt("outside address", tcp("1.1.1.1", 53))
attempt("outside address, IPv6", tcp("2606:4700:4700::1111", 53))
attempt("names", lambda: socket.getaddrinfo("example.com", 80))
attempt("abstract socket of the host", abstract)
attempt("socket to the machine's host", vsock)
attempt("raw packets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("raw IP", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
with socket.socket() as server:
    server.bind(("127.0.0.1", 0))
    server.listen()
    socket.create_connection(server.getsockname(), timeout=2).close()
    print("own loopback works")
