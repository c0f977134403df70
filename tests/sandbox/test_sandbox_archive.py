"""The archive: what goes in comes out, and nothing hostile comes out at all."""

import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import SandboxError
from devagent.sandbox.archive import Caps, check_path, pack, parents, unpack
from devagent.sandbox.sandbox import File, FileMode, Tree

names = st.text(st.characters(min_codepoint=33, exclude_characters="/\x7f", exclude_categories=["Cs"]), min_size=1)
paths = st.lists(names.filter(lambda n: n not in (".", "..")), min_size=1, max_size=4).map("/".join)
modes: list[FileMode] = ["100644", "100755"]
regular = st.builds(File, st.binary(max_size=600), st.sampled_from(modes))
links = st.builds(lambda target: File(target.encode(), "120000"), names)


def without_nesting(files: dict[str, File]) -> dict[str, File]:
    return {path: file for path, file in files.items() if not any(folder in files for folder in parents(path))}


trees = st.dictionaries(paths, regular | links, max_size=8).map(without_nesting)


def archive_of(*members: tuple[str, dict[str, object]], content: bytes = b"", **options: object) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **options) as tar:  # type: ignore[call-overload]
        for name, fields in members:
            header = tarfile.TarInfo(name)
            header.size = len(content) if fields.get("type", tarfile.REGTYPE) == tarfile.REGTYPE else 0
            for field, value in fields.items():
                setattr(header, field, value)
            tar.addfile(header, io.BytesIO(content) if header.size else None)
    return buffer.getvalue()


@given(trees)
def test_every_tree_comes_back_as_it_went_in(tree: Tree) -> None:
    assert unpack(pack(tree, owner=1000)) == tree


@given(trees)
def test_equal_trees_give_equal_bytes(tree: Tree) -> None:
    assert pack(tree, owner=0) == pack(dict(reversed(tree.items())), owner=0)


@given(st.binary(max_size=3000))
def test_noise_is_an_error_in_one_line_or_nothing(noise: bytes) -> None:
    try:
        files = unpack(noise)
    except SandboxError as error:
        assert "\n" not in str(error)
    else:
        assert files == {}


@given(tree=trees.filter(bool), data=st.data())
def test_a_damaged_archive_gives_safe_paths_or_an_error(tree: Tree, data: st.DataObject) -> None:
    archive = bytearray(pack(tree, owner=0))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    try:
        files = unpack(bytes(archive))
    except SandboxError as error:
        assert "\n" not in str(error)
        return
    for path in files:
        check_path(path)


@given(tree=trees.filter(bool), data=st.data())
def test_an_archive_cut_short_is_refused(tree: Tree, data: st.DataObject) -> None:
    archive = pack(tree, owner=0)
    used = len(archive.rstrip(b"\0"))
    with pytest.raises(SandboxError):
        unpack(archive[: data.draw(st.integers(1, used))])


HOSTILE: dict[str, Callable[[], bytes]] = {
    "absolute path": lambda: archive_of(("/etc/passwd", {}), content=b"x"),
    "parent": lambda: archive_of(("../x", {}), content=b"x"),
    "parent inside": lambda: archive_of(("a/../../x", {}), content=b"x"),
    "parent after dot": lambda: archive_of(("./../x", {}), content=b"x"),
    "empty component": lambda: archive_of(("a//b", {}), content=b"x"),
    "the root as a file": lambda: archive_of((".", {}), content=b"x"),
    "hard link": lambda: archive_of(("x", {"type": tarfile.LNKTYPE, "linkname": "/etc/shadow"})),
    "character device": lambda: archive_of(("null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})),
    "block device": lambda: archive_of(("sda", {"type": tarfile.BLKTYPE})),
    "pipe": lambda: archive_of(("pipe", {"type": tarfile.FIFOTYPE})),
    "contiguous file": lambda: archive_of(("x", {"type": tarfile.CONTTYPE})),
    "unknown type": lambda: archive_of(("x", {"type": b"Z"})),
    "setuid": lambda: archive_of(("su", {"mode": 0o4755}), content=b"x"),
    "setgid folder": lambda: archive_of(("dir", {"type": tarfile.DIRTYPE, "mode": 0o2755})),
    "duplicate": lambda: archive_of(("a", {}), ("a", {}), content=b"x"),
    "duplicate by another spelling": lambda: archive_of(("a", {}), ("./a", {}), content=b"x"),
    "newline": lambda: archive_of(("a\nb", {}), content=b"x"),
    "escape sequence": lambda: archive_of(("a\x1b[2Jb", {}), content=b"x"),
    "newline in a link": lambda: archive_of(("a", {"type": tarfile.SYMTYPE, "linkname": "b\nc"})),
    "NUL": lambda: archive_of(("a", {"pax_headers": {"path": "a\0b"}}), content=b"x", format=tarfile.PAX_FORMAT),
    "file below a symlink": lambda: archive_of(("a", {"type": tarfile.SYMTYPE, "linkname": "/etc"}), ("a/passwd", {})),
    "symlink above a file": lambda: archive_of(("a/passwd", {}), ("a", {"type": tarfile.SYMTYPE, "linkname": "/etc"})),
    "sparse file": lambda: archive_of(("x", {"type": tarfile.GNUTYPE_SPARSE})),
    "sparse by header": lambda: archive_of(
        ("x", {"pax_headers": {"GNU.sparse.map": "0,1,1000000000000,1", "GNU.sparse.size": "1000000000001"}}),
        content=b"xx",
        format=tarfile.PAX_FORMAT,
    ),
    "a size of its own": lambda: archive_of(
        ("x", {"pax_headers": {"size": "99999999999"}}), content=b"x", format=tarfile.PAX_FORMAT
    ),
    "gzip": lambda: __import__("gzip").compress(archive_of(("x", {}), content=b"x")),
    "something behind the end": lambda: archive_of(("x", {}), content=b"x") + archive_of(("y", {}), content=b"y"),
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_archives_are_refused_in_one_line(make: Callable[[], bytes]) -> None:
    with pytest.raises(SandboxError) as refused:
        unpack(make())
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_the_refusal_names_the_member() -> None:
    with pytest.raises(SandboxError, match="'deep/su'"):
        unpack(archive_of(("deep/su", {"mode": 0o4755}), content=b"x"))


@pytest.mark.parametrize("caps", [Caps(file_bytes=9), Caps(total_bytes=19), Caps(members=1)])
def test_caps_hold(caps: Caps) -> None:
    archive = archive_of(("a", {}), ("b", {}), content=b"0123456789")
    assert len(unpack(archive, Caps(10, 20, 2))) == 2
    with pytest.raises(SandboxError):
        unpack(archive, caps)


def test_an_endless_stream_is_read_only_as_far_as_the_caps() -> None:
    class Endless(io.RawIOBase):
        served = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0
            self.served += size
            return b"\0" * size

    endless = Endless()
    with pytest.raises(SandboxError, match="too large"):
        unpack(endless, Caps(total_bytes=1000, members=1))  # type: ignore[arg-type]
    assert endless.served < 100_000


@pytest.mark.parametrize("path", ["/a", "../a", "a/..", "", "a//b", "./a", "a\0b"])
def test_a_tree_that_leads_out_is_not_packed(path: str) -> None:
    with pytest.raises(SandboxError):
        pack({path: File(b"")}, owner=0)


def test_a_tree_with_a_file_below_a_symlink_is_not_packed() -> None:
    with pytest.raises(SandboxError, match="is a file"):
        pack({"a": File(b"/etc", "120000"), "a/passwd": File(b"")}, owner=0)
