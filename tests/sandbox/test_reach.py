"""What a build may reach: the world on the ports of the web, and inside what the user names, host and port."""

import asyncio
import ipaddress
import socket
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest

from devagent.sandbox.addresses import is_global
from devagent.sandbox.links import is_next_to_us
from devagent.sandbox.network import BuildNetwork
from devagent.sandbox.reach import NotFound, Reach, Refused

WORLD, WORLD_6 = "1.1.1.1", "2606:4700::1111"


class Resolving(asyncio.SelectorEventLoop):
    """A loop whose resolver answers from a table, one answer after the other."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        answer = self.names[host].pop(0) if len(self.names[host]) > 1 else self.names[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer.split()]


def run(coroutine: Coroutine[Any, Any, list[str]], names: Mapping[str, Sequence[str]]) -> list[str]:
    with asyncio.Runner(loop_factory=lambda: Resolving(names)) as runner:
        return runner.run(coroutine)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("240.0.0.1", "255.255.255.255", "198.18.0.1", "233.1.1.1", "::", "::1", "fe80::1", "fc00::1", "fd00::1"),
        *("fec0::1", "ff02::1", "ff0e::1", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1"),
        *("2002:a00:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "4000::1", "fe80::1%lo"),
    ],
)
def test_what_is_not_one_hosts_in_all_of_the_world_is_inside(address: str) -> None:
    assert not is_global(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [WORLD, WORLD_6, "64:ff9b::101:101", "2002:101:101::1", "::ffff:1.1.1.1"])
def test_what_leads_to_the_world_is_outside(address: str) -> None:
    assert is_global(ipaddress.ip_address(address))


def test_this_machines_own_addresses_and_its_links_are_next_to_it() -> None:
    assert is_next_to_us(ipaddress.ip_address("127.0.0.1"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.77", 9))
        own = ipaddress.ip_address(probe.getsockname()[0])
    assert is_next_to_us(own)
    assert not is_next_to_us(ipaddress.ip_address(WORLD))


def test_a_name_counts_for_the_addresses_it_has_and_only_those_outside_are_given() -> None:
    names = {"good.example": [f"{WORLD} {WORLD_6}"], "bad.example": ["10.0.0.5"], "both.example": [f"10.0.0.5 {WORLD}"]}
    assert run(Reach.of(()).resolve("good.example", 443), names) == [WORLD, WORLD_6]
    assert run(Reach.of(()).resolve("both.example", 443), names) == [WORLD]
    with pytest.raises(Refused, match="private addresses are out of reach") as refused:
        run(Reach.of(()).resolve("bad.example", 443), names)
    assert refused.value.found == "10.0.0.5"
    with pytest.raises(NotFound):
        run(Reach.of(()).resolve("nowhere.example", 80), names)


@pytest.mark.parametrize(
    "host", ["localhost", "nas", "10.0.0.5", "2130706433", "0x7f.1", "::1", "metadata.google.internal"]
)
def test_what_is_inside_by_its_name_is_refused_without_asking_a_resolver(host: str) -> None:
    with pytest.raises(Refused, match="private"):
        Reach.of(()).check(host, 443)


def test_only_the_ports_of_the_web_are_reached() -> None:
    for port in (22, 25, 8080, 5432):
        with pytest.raises(Refused, match="80 and 443"):
            Reach.of(()).check("example.com", port)
    Reach.of(()).check("example.com", 80)


def test_what_the_user_names_is_reached_on_that_port_and_no_other() -> None:
    named = BuildNetwork(hosts=("files.corp", "[fd00::5]:8080", "nas:5000"))
    reach = Reach.of([("10.0.0.5", 3141), *named.endpoints])
    for host, port in (("10.0.0.5", 3141), ("files.corp", 443), ("files.corp", 80), ("fd00::5", 8080), ("nas", 5000)):
        reach.check(host, port)
    for host, port in (("10.0.0.5", 80), ("10.0.0.6", 3141), ("files.corp", 22), ("nas", 80), ("fd00::5", 443)):
        with pytest.raises(Refused):
            reach.check(host, port)
    assert run(reach.resolve("files.corp", 443), {"files.corp": ["10.1.1.1"]}) == ["10.1.1.1"]


def test_where_the_public_indexes_are_is_for_the_users_resolver_to_say() -> None:
    assert run(Reach.of(()).resolve("pypi.org", 443), {"pypi.org": ["10.1.1.1"]}) == ["10.1.1.1"]
