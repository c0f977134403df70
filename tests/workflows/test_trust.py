"""Trust: what a repository brings counts in exactly the state that the user trusted, and in no other."""

import asyncio
import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_world import FILES, RIGHT, WRONG, ScriptedStaff, run_script

from devagent.config.brought import read_brought
from devagent.config.settings import Settings
from devagent.errors import ModelError, UsageError
from devagent.proposal.store import find_run
from devagent.repo.git import Repository, find_root
from devagent.report.trusting import visible
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.trust import accepted, all_recorded, look, record, recorded, revoke
from devagent.workflows.work import Work, resume, start

MakeRepo = Callable[..., Path]
CONFIG = ".devagent/config.toml"
ASKING = '+++\nartefact = "patch"\nby = "coder"\nwith = "tester"\n+++\nThe house rule: be kind. Mend {{ name }}.\n'


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({**FILES, CONFIG: "[team]\nrounds = 2\n"}))


def trust(repo: Repository) -> str:
    brought = read_brought(repo.root)
    record(repo, brought)
    return brought.hash


def test_untrusted_files_do_not_count_and_one_line_says_so(repo: Repository) -> None:
    brought, note = accepted(repo)
    assert not brought
    assert note == "this repository brings settings of its own that are not trusted: devagent trust"


def test_trusted_files_count_in_every_work_tree_until_one_byte_changes(repo: Repository, tmp_path: Path) -> None:
    trust(repo)
    repo.git.run("worktree", "add", "-q", str(tmp_path / "second"), "HEAD")
    second = find_root(tmp_path / "second")
    for place in (repo, second):
        brought, note = accepted(place)
        assert brought.files == {"config.toml": "[team]\nrounds = 2\n"} and note == ""
    (second.root / CONFIG).write_text("[team]\nrounds = 3\n")
    brought, note = accepted(second)
    assert not brought and "changed since you trusted them" in note
    assert accepted(repo)[0]


def test_a_state_that_was_trusted_once_stays_trusted_and_revoking_ends_all(repo: Repository) -> None:
    first = trust(repo)
    (repo.root / CONFIG).write_text("[team]\nrounds = 3\n")
    trust(repo)
    (repo.root / CONFIG).write_text("[team]\nrounds = 2\n")
    assert accepted(repo)[0].hash == first
    assert revoke(repo) == 2 and revoke(repo) == 0
    assert not accepted(repo)[0]


def test_another_repository_with_the_same_files_is_not_trusted(repo: Repository, make_repo: MakeRepo) -> None:
    trust(repo)
    other = find_root(make_repo({CONFIG: "[team]\nrounds = 2\n"}, name="other"))
    assert not accepted(other)[0]
    assert [item.repository for item in all_recorded()] == [str(repo.common_dir)]


def test_the_users_word_is_kept_where_only_the_user_can_change_it(repo: Repository, config: Path) -> None:
    trust(repo)
    (file,) = (config / "trust").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not [path for path in repo.common_dir.rglob("*") if "trust" in path.name]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"repository": "x", "trusted": [{}]}', b"\xff"])
def test_a_record_that_cannot_be_read_is_no_trust(repo: Repository, config: Path, content: bytes) -> None:
    trust(repo)
    (file,) = (config / "trust").iterdir()
    file.write_bytes(content)
    assert not accepted(repo)[0] and recorded(repo).trusted == ()
    trust(repo)
    assert accepted(repo)[0]


def test_a_named_hash_counts_for_what_it_stands_for_and_for_nothing_else(repo: Repository) -> None:
    right = read_brought(repo.root).hash
    assert accepted(repo, right)[0].hash == right
    assert recorded(repo).trusted == ()
    (repo.root / CONFIG).write_text("[team]\nrounds = 3\n")
    with pytest.raises(UsageError, match=r"are not those that .* stands for: their hash is"):
        accepted(repo, right)
    trust(repo)
    with pytest.raises(UsageError, match="are not those that"):
        accepted(repo, right)


@pytest.mark.parametrize("word", ["yes", "*", "a" * 63, "A" * 64, "0x" + "a" * 62])
def test_only_a_whole_hash_is_a_hash(repo: Repository, word: str) -> None:
    with pytest.raises(UsageError, match="is no hash"):
        accepted(repo, word)


def test_a_folder_swapped_for_a_link_to_trusted_files_does_not_count(repo: Repository, tmp_path: Path) -> None:
    trust(repo)
    (repo.root / ".devagent").rename(tmp_path / "moved")
    (repo.root / ".devagent").symlink_to(tmp_path / "moved")
    brought, note = accepted(repo)
    assert not brought
    assert note == (
        ".devagent is not read: it is a symlink, and those are not followed. What this repository brings does not count"
    )
    with pytest.raises(UsageError, match="it is a symlink"):
        accepted(repo, "a" * 64)


def test_files_that_change_all_the_while_count_in_the_trusted_state_or_not_at_all(repo: Repository) -> None:
    role = repo.root / ".devagent/prompts/roles/coder.md"
    role.parent.mkdir(parents=True)
    role.write_text("+++\n+++\nkind\n")
    trust(repo)
    good = dict(read_brought(repo.root).files)
    stop = threading.Event()

    def flip() -> None:
        for n in itertools.count():
            if stop.is_set():
                return
            for path, text in good.items():
                target = repo.root / ".devagent" / path
                replace_file(target, text if n % 2 else text.replace("2", "3").replace("kind", "evil"))

    writer = threading.Thread(target=flip)
    writer.start()
    try:
        states = [accepted(repo)[0].files for _ in range(400)]
    finally:
        stop.set()
        writer.join()
    assert all(files in ({}, good) for files in states)
    assert good in states and {} in states


def test_a_folder_that_is_swapped_for_a_link_all_the_while_leads_nowhere_else(repo: Repository, tmp_path: Path) -> None:
    trust(repo)
    good = dict(read_brought(repo.root).files)
    evil, kept, place = tmp_path / "evil", tmp_path / "kept", repo.root / ".devagent"
    evil.mkdir()
    (evil / "config.toml").write_text("[team]\nrounds = 9\n")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            place.rename(kept)
            place.symlink_to(evil)
            place.unlink()
            kept.rename(place)

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        states = [accepted(repo)[0].files for _ in range(400)]
    finally:
        stop.set()
        swapper.join()
    assert all(files in ({}, good) for files in states)


def replace_file(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.rename(path)


def test_a_look_tells_what_would_be_set_and_what_it_was_before(repo: Repository) -> None:
    (repo.root / ".devagent/prompts/roles").mkdir(parents=True)
    (repo.root / ".devagent/prompts/roles/coder.md").write_text("+++\n+++\nBe kind.\n")
    (repo.root / ".devagent/prompts/roles/elder.md").write_text("+++\n+++\nBe wise.\n")
    seen = look(repo)
    assert (seen.standing, seen.settings) == ("untrusted", {"team.rounds": 2})
    assert seen.replaced == {"prompts/roles/coder.md"}
    trust(repo)
    assert look(repo).standing == "trusted"
    (repo.root / CONFIG).unlink()
    after = look(repo)
    assert (after.standing, after.settings) == ("changed", {})
    assert after.before["config.toml"] == "[team]\nrounds = 2\n"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("config.toml", "[model]\nname = 'x'\n", ".devagent/config.toml, line 2: a repository may not set model.name"),
        ("prompts/roles/coder.md", "+++\n+++\n{{ ''.__class__ }}", "roles/coder.md, line 3: a prompt of a repository"),
        ("prompts/phases/lite.md", ASKING.replace("{{ name }}", "{% for x in y %}{% endfor %}"), "may not use a loop"),
        (
            "prompts/phases/lite.md",
            ASKING.replace("by =", "schema = { type = 5 }\nby ="),
            "lite.md: the schema is none: 5",
        ),
        ("prompts/roles/tester.md", '+++\ntools = ["edit"]\n+++\n', "tools may not have edit"),
        ("prompts/chains/x.toml", '[[step]]\nphase = "../x"\n', "there is no phase called ../x"),
        ("prompts/chains/x.toml", '[[step]]\nphase = "code"\n' * 101, "is not a chain: it has more than 100 phases"),
        ("prompts/chains/x.toml", "", "chains/x.toml is not a chain: it has no [[step]]"),
    ],
)
def test_what_may_not_be_set_is_told_before_anybody_is_asked(repo: Repository, path: str, text: str, said: str) -> None:
    target = repo.root / ".devagent" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    with pytest.raises(UsageError) as told:
        look(repo)
    assert said in str(told.value)


def test_a_file_that_the_users_own_hides_is_checked_all_the_same(repo: Repository, config: Path) -> None:
    (config / "prompts/roles").mkdir(parents=True)
    (config / "prompts/roles/coder.md").write_text("+++\n+++\nMine.\n")
    (repo.root / ".devagent/prompts/roles").mkdir(parents=True)
    (repo.root / ".devagent/prompts/roles/coder.md").write_text("+++\n+++\n{% include 'x' %}")
    with pytest.raises(UsageError, match="may not use another file"):
        look(repo)


def test_nothing_in_a_text_is_hidden() -> None:
    text = "a\tb\x1b[2K\r\u202e\u200b\ufeff\U000e0041\x9b\u2028é\n"
    assert visible(text) == ("a\tb<U+001B>[2K<U+000D><U+202E><U+200B><U+FEFF><U+E0041><U+009B><U+2028>é\n")


def work(staff: ScriptedStaff) -> Work:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(run_script)

    return Work(staff_for=staff, open_sandbox=opened)


def asked(staff: ScriptedStaff) -> str:
    return "\n".join(message.text for request in staff.model.requests for message in request.messages)


def test_a_run_asks_with_the_prompts_it_began_with_also_when_it_is_resumed(repo: Repository) -> None:
    asking = ASKING.replace("{{ name }}", "{{ path }}")
    request = Request(kind="fix", prompts={f"phases/{name}.md": asking for name in ("function", "rewrite")})
    staff = ScriptedStaff([WRONG])
    with pytest.raises(ModelError):
        asyncio.run(start(repo, request, Settings(), SilentSurface(), work(staff)))
    assert "The house rule: be kind. Mend calc.py." in asked(staff)
    again = ScriptedStaff(lambda _: RIGHT)
    result = asyncio.run(resume(repo, find_run(repo, None), lambda s: s, SilentSurface(), work(again)))
    assert result.outcome == "proposed"
    assert "The house rule: be kind. Mend calc.py." in asked(again)


def test_a_request_of_an_older_devagent_can_be_read() -> None:
    old = json.loads(json.dumps(Request(kind="fix").to_json()))
    del old["prompts"]
    assert Request.from_json(old) == Request(kind="fix")
