"""Builds, real ones in both kinds of sandbox, reach package indexes and nothing of the network they run in."""

import asyncio
import contextlib
import functools
import hashlib
import http.server
import socket
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devagent.errors import SandboxError
from devagent.sandbox import environments, images
from devagent.sandbox.engine import Engine
from devagent.sandbox.network import FILTERED, BuildNetwork
from devagent.sandbox.process import available
from devagent.sandbox.recipe import Recipe

IMAGE = "debian:bookworm-slim"
STEPS = "ARG BASE\nFROM ${BASE}\nCOPY . /build\nRUN sh /build/install.sh\n"

# Every way in that there is, by hand and by way of the proxy. Prints what it reached.
BAIT = """
import socket, urllib.request
for host, port in {addresses}:
    try:
        socket.create_connection((host, port), 2).close()
        print("REACHED", host, port)
    except OSError:
        pass
    for spelled in (host, "[::ffff:" + host + "]", str(int.from_bytes(socket.inet_aton(host), "big"))):
        try:
            urllib.request.urlopen("http://%s:%d/" % (spelled, port), timeout=5)
            print("REACHED", spelled, port)
        except OSError:
            pass
for host in ("169.254.169.254", "localhost.localdomain", "vm", "{name}"):
    try:
        urllib.request.urlopen("http://" + host + "/", timeout=5)
        print("REACHED", host)
    except OSError:
        pass
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
    for host in ("8.8.8.8", {addresses}[-1][0]):
        try:
            datagrams.sendto(b"x", (host, 53))
            print("REACHED", host, "by a datagram")
        except OSError:
            pass
try:
    print("REACHED", socket.getaddrinfo("pypi.org", 443))
except OSError:
    pass
"""


@pytest.fixture(
    params=[pytest.param("docker", marks=pytest.mark.docker), pytest.param("process", marks=pytest.mark.namespaces)]
)
def kind(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path / "cache"))
    if request.param == "process":
        if reason := available():
            pytest.skip(reason)
        yield "process"
        return
    try:
        engine = asyncio.run(Engine.connect())
        engine.client.images.get(IMAGE)
    except Exception as error:  # noqa: BLE001 - whatever it is, these tests cannot run without it
        pytest.skip(f"no Docker engine with {IMAGE}: {error}")
    try:
        yield "docker"
        for image in engine.client.images.list():
            for tag in (tag for tag in image.tags if tag.startswith("devagent-reaching")):
                engine.client.api.remove_image(tag, force=True)
    finally:
        engine.close()


def build(kind: str, install: str, network: BuildNetwork, told: list[str]) -> SandboxError:
    """How a build ends whose last step fails, and what was `told` meanwhile. Its log is in the error."""
    recipe = Recipe("reaching", (IMAGE,), STEPS, f"{install}\nexit 9")
    made = (images if kind == "docker" else environments).build(recipe, progress=told.append, network=network)
    with pytest.raises(SandboxError) as ended:
        asyncio.run(made)
    return ended.value


def log(kind: str, install: str, network: BuildNetwork = FILTERED) -> str:
    """What a build prints."""
    return build(kind, install, network, []).details


def own_addresses() -> list[str]:
    """Loopback, the engine's bridge, and the address of this machine that others know."""
    found = ["127.0.0.1"]
    for far in ("172.17.255.254", "192.0.2.77"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
            probe.connect((far, 9))
            found.append(probe.getsockname()[0])
    return list(dict.fromkeys(found))


def test_nothing_of_this_machine_or_its_network_is_reached_and_each_attempt_is_told(kind: str) -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        addresses = [(address, port) for address in own_addresses()]
        code = BAIT.replace("{addresses}", repr(addresses)).replace("{name}", socket.gethostname())
        told: list[str] = []
        ended = build(kind, f"python3 - <<'END'\n{code}\nEND", FILTERED, told)
        assert "REACHED" not in ended.details
        with pytest.raises(BlockingIOError):
            listener.accept()
    refused = [line for line in told if line.startswith("the build asked for")]
    assert "the build asked for 169.254.169.254:80; private addresses are out of reach of builds" in refused
    assert len(refused) == len(set(refused)) >= 3
    if len(addresses) > 1:
        assert f"the build asked for {addresses[-1][0]}:{port}; private addresses are out of reach of builds" in refused


PIP = "python3 -m pip install -q --no-cache-dir --disable-pip-version-check --target /tmp/t"


def test_packages_come_through(kind: str) -> None:
    said = log(kind, f"{PIP} six && PYTHONPATH=/tmp/t python3 -c 'import six; print(six)'")
    assert "/tmp/t/six.py" in said


@pytest.mark.docker
@pytest.mark.parametrize("kind", ["docker"], indirect=True)
def test_system_packages_come_through(kind: str) -> None:
    apt = "apt-get update -qq && apt-get install -y -qq --no-install-recommends hello >/dev/null && hello"
    assert "Hello, world!" in log(kind, apt)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path, address: str) -> Iterator[int]:
    """A folder over HTTP; gives the port."""
    with http.server.ThreadingHTTPServer((address, 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("address", ["127.0.0.1", ""])
def test_what_the_user_names_is_reached_on_that_port_only(kind: str, tmp_path: Path, address: str) -> None:
    address = address or own_addresses()[-1]
    git = functools.partial(subprocess.run, check=True, capture_output=True)
    git(["git", "init", "-q", "--bare", str(tmp_path / "repo.git")])
    git(["git", "-C", str(tmp_path / "repo.git"), "update-server-info"])
    (tmp_path / "file").write_text("from inside")
    with served(tmp_path, address) as port, served(tmp_path, address) as other:
        allowed = BuildNetwork(hosts=(f"{address}:{port}",))
        read = "python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read())'"
        script = f"{read} http://{address}:{port}/file; git ls-remote http://{address}:{port}/repo.git && echo cloned\n"
        said = log(kind, f"{script}{read} http://{address}:{other}/file", allowed)
    assert "b'from inside'" in said and "cloned" in said
    assert said.count("from inside") == 1 and ("403" in said or "refused" in said)


def test_the_index_that_pip_is_set_up_for_is_reached_wherever_it_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "simple/inhouse"
    wheel.mkdir(parents=True)
    name = "inhouse-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel / name, "w") as archive:
        archive.writestr("inhouse.py", "where = 'inside'\n")
        archive.writestr("inhouse-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: inhouse\nVersion: 1.0\n")
        archive.writestr(
            "inhouse-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("inhouse-1.0.dist-info/RECORD", "")
    (wheel / "index.html").write_text(f'<a href="{name}">{name}</a>')
    with served(tmp_path, "127.0.0.1") as port:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
        said = log(kind, f"{PIP} inhouse && PYTHONPATH=/tmp/t python3 -c 'import inhouse; print(inhouse.where)'")
    assert "inside" in said


def test_a_build_without_a_filter_is_there_for_users_who_say_so(kind: str) -> None:
    said = log(kind, "env; cat /proc/net/route /proc/net/dev", BuildNetwork(open=True))
    assert "127.0.0.1:3128" not in said and "eth0" in said


def test_many_connections_at_once_and_one_that_nobody_reads_hold_up_no_other(kind: str, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(range(256)) * 32_768)
    address = own_addresses()[-1]
    with served(tmp_path, address) as port:
        script = f"""
import hashlib, os, socket, threading, urllib.request
url = "http://{address}:{port}/large"
stalled = socket.create_connection(("127.0.0.1", 3128))
stalled.sendall(("GET " + url + " HTTP/1.1\\r\\n\\r\\n").encode())
found = []
def get():
    found.append(hashlib.sha256(urllib.request.urlopen(url).read()).hexdigest())
threads = [threading.Thread(target=get) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(found), *set(found))
"""
        said = log(kind, f"python3 - <<'END'\n{script}\nEND", BuildNetwork(hosts=(f"{address}:{port}",)))
    assert f"12 {hashlib.sha256((tmp_path / 'large').read_bytes()).hexdigest()}" in said


@pytest.mark.docker
@pytest.mark.parametrize("kind", ["docker"], indirect=True)
def test_noise_on_the_line_to_the_host_ends_the_line_and_no_more(kind: str) -> None:
    noise = "head -c 5000000 /dev/urandom"
    said = log(kind, f"for p in /proc/[0-9]*; do grep -qs perl $p/comm && {noise} >$p/fd/1; done; echo survived")
    assert "survived" in said


@pytest.mark.docker
@pytest.mark.parametrize("kind", ["docker"], indirect=True)
def test_a_base_that_cannot_carry_connections_is_refused_with_a_way_out(kind: str) -> None:
    steps = STEPS.replace("COPY", "RUN rm -f /usr/bin/perl\nCOPY")
    bare = Recipe("reaching", (IMAGE,), steps, "echo built >&2; exit 9")
    with pytest.raises(SandboxError, match=r"it has no perl.*build_network = \"open\"") as refused:
        asyncio.run(images.build(bare, progress=lambda _: None))
    assert "\n" not in str(refused.value)
    with pytest.raises(SandboxError, match="built"):
        asyncio.run(images.build(bare, progress=lambda _: None, network=BuildNetwork(open=True)))
    assert kind == "docker"
