"""The repository map of real repositories: what stands on it, and that it is of the files as they are now."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.code.map.repository_map import RepositoryMap
from devagent.errors import NotResolved, UsageError
from devagent.workflows.indexing import open_index
from devagent.workflows.mapping import map_repository

MakeRepo = Callable[..., Path]

SHOP = {
    "shop/__init__.py": "",
    "shop/basket.py": (
        "from shop.prices import price_of\n\n\nclass Basket:\n    def __init__(self):\n        self.items = []\n\n"
        "    def add_item(self, item, count=1):\n        self.items.append((item, count))\n\n"
        "    def total(self):\n        return sum(price_of(item) * count for item, count in self.items)\n"
    ),
    "shop/prices.py": (
        "RATES = {}\n\n\ndef price_of(item):\n    return convert(item.price, item.currency)\n\n\n"
        "def convert(amount, currency):\n    return amount * RATES[currency]\n"
    ),
    "shop/mailer.py": "def send_invoice(address, basket):\n    return address, basket.total()\n",
    "shop/unrelated.py": "".join(f"def step_{n}(value):\n    return value + {n}\n\n\n" for n in range(40)),
    "web/cart.ts": "export function renderCart(cart: Cart): string {\n  return cart.items.join();\n}\n",
    "tests/test_basket.py": "from shop.basket import Basket\n\n\ndef test_total():\n    assert Basket().total() == 0\n",
}


@pytest.fixture
def shop(make_repo: MakeRepo) -> Path:
    return make_repo(SHOP)


def names(drawn: RepositoryMap) -> list[str]:
    return [f"{file.path}:{entry.name}" for file in drawn.files for entry in file.definitions]


def best(drawn: RepositoryMap) -> str:
    ranked = [(-entry.rank, f"{file.path}:{entry.name}") for file in drawn.files for entry in file.definitions]
    return min(ranked)[1]


def commit(repo: Path, message: str) -> None:
    subprocess.run(["git", "add", "-A"], cwd=repo, check=True)
    subprocess.run(["git", "commit", "-q", "-m", message], cwd=repo, check=True)


def test_a_small_repository_is_on_its_map_as_a_whole(shop: Path) -> None:
    drawn = map_repository(shop, 4096)
    assert len(names(drawn)) == drawn.all_definitions
    assert "class Basket\n  def __init__(self)\n  self.items = []\n  def add_item(self, item, count=1)\n" in drawn.text
    assert "web/cart.ts:\nfunction renderCart(cart: Cart): string\n" in drawn.text


@pytest.mark.parametrize("tokens", [50, 80, 200, 700])
def test_the_map_has_no_more_tokens_than_asked_for(shop: Path, tokens: int) -> None:
    assert 0 < map_repository(shop, tokens).tokens <= tokens


def test_the_same_tree_and_focus_give_the_same_map_whatever_was_known_before(shop: Path, make_repo: MakeRepo) -> None:
    first = map_repository(shop, 120, ["invoices are sent twice"])
    other = make_repo(SHOP, "other")
    (other / "shop" / "mailer.py").write_text("def nothing():\n    pass\n")
    map_repository(other, 120)
    (other / "shop" / "mailer.py").write_text(SHOP["shop/mailer.py"])
    assert map_repository(other, 120, ["invoices are sent twice"]) == first
    assert map_repository(shop, 120, ["invoices are sent twice"]) == first


def test_a_text_brings_up_what_answers_to_its_words(shop: Path) -> None:
    drawn = map_repository(shop, 60, ["Invoice is sent to the wrong address"])
    assert best(drawn) == "shop/mailer.py:send_invoice"


def test_words_count_that_a_definition_only_uses(shop: Path) -> None:
    drawn = map_repository(shop, 4096, ["rates"])
    whys = {entry.name: entry.why for file in drawn.files for entry in file.definitions}
    assert whys["convert"] == ("answers to rates",)


def test_a_name_brings_up_its_definition_its_members_and_what_they_use(shop: Path) -> None:
    drawn = map_repository(shop, 60, ["Basket"])
    assert names(drawn)[:4] == [
        "shop/basket.py:Basket",
        "shop/basket.py:Basket.__init__",
        "shop/basket.py:Basket.add_item",
        "shop/basket.py:Basket.total",
    ]
    assert "shop/prices.py:price_of" in names(drawn)


@pytest.mark.parametrize("focus", ["Basket.total", "shop/mailer.py", "`renderCart` is slow", "see shop/prices.py"])
def test_what_is_named_is_on_the_smallest_map(shop: Path, focus: str) -> None:
    wanted = {
        "Basket.total": "shop/basket.py:Basket.total",
        "shop/mailer.py": "shop/mailer.py:send_invoice",
        "`renderCart` is slow": "web/cart.ts:renderCart",
        "see shop/prices.py": "shop/prices.py:price_of",
    }
    assert wanted[focus] in names(map_repository(shop, 50, [focus]))


def test_a_path_of_the_focus_may_start_where_the_user_stands(shop: Path) -> None:
    drawn = map_repository(shop, 50, ["../web/cart.ts"], standing=shop / "shop")
    assert best(drawn) == "web/cart.ts:renderCart"


def test_a_focus_that_nothing_answers_to_is_told(shop: Path) -> None:
    assert map_repository(shop, 200, ["zygote", "Basket"]).unknown == ("zygote",)


def test_a_word_that_all_names_have_is_still_an_answer_where_there_is_no_other(make_repo: MakeRepo) -> None:
    many = "".join(f"def tv_{n}(): pass\n" for n in range(600))
    repo = make_repo({"tv.py": many, "radio.py": "def tune(): pass\n"})
    assert map_repository(repo, 100, ["live tv"]).unknown == ()
    assert map_repository(repo, 100, ["zebra"]).unknown == ("zebra",)


def test_tests_come_last(shop: Path) -> None:
    assert not any(name.startswith("tests/") for name in names(map_repository(shop, 300)))


def test_below_a_folder_nothing_else_is_shown(shop: Path) -> None:
    assert names(map_repository(shop / "web", 4096)) == ["web/cart.ts:renderCart"]
    assert names(map_repository(shop / "shop" / "mailer.py", 4096)) == ["shop/mailer.py:send_invoice"]


def test_an_edited_signature_shows_at_once(shop: Path) -> None:
    map_repository(shop, 4096)
    (shop / "shop" / "mailer.py").write_text("def send_invoice(address, basket, copies):\n    return copies\n")
    assert "def send_invoice(address, basket, copies)\n" in map_repository(shop, 4096).text


def test_what_was_edited_is_on_the_map_as_if_all_were_new(shop: Path, make_repo: MakeRepo) -> None:
    edits = {
        "shop/mailer.py": "def send_invoice(address, basket):\n" + "    basket.total()\n" * 30 + "    return address\n",
        "shop/prices.py": SHOP["shop/prices.py"] + "\n\ndef other(amount):\n    return convert(amount, 1)\n",
    }
    map_repository(shop, 4096)
    for number, (path, text) in enumerate(edits.items()):
        (shop / path).write_text(text)
        fresh = make_repo(SHOP, f"fresh{number}")
        for edited in list(edits)[: number + 1]:
            (fresh / edited).write_text(edits[edited])
        assert map_repository(shop, 4096).to_json() == map_repository(fresh, 4096).to_json()


def test_what_another_command_found_is_on_the_map(shop: Path) -> None:
    map_repository(shop, 4096)
    (shop / "shop" / "mailer.py").write_text("def send_receipt(address):\n    return address\n")
    other = open_index(shop)
    other.refresh()
    other.close()
    assert "shop/mailer.py:send_receipt" in names(map_repository(shop, 4096))


def test_a_file_that_comes_or_goes_is_followed(shop: Path) -> None:
    map_repository(shop, 4096)
    (shop / "web" / "cart.ts").unlink()
    (shop / "web" / "shelf.ts").write_text("export function fillShelf(): void {}\n")
    drawn = map_repository(shop, 4096)
    assert [file.path for file in drawn.files if file.path.startswith("web/")] == ["web/shelf.ts"]


def test_what_changed_lately_comes_before_what_did_not(shop: Path) -> None:
    before = map_repository(shop, 50)
    (shop / "shop" / "mailer.py").write_text("def send_invoice(address, basket):\n    return None\n")
    commit(shop, "Invoices are not sent")
    assert "shop/mailer.py:send_invoice" not in names(before)
    assert "shop/mailer.py:send_invoice" in names(map_repository(shop, 50))


def test_what_is_not_committed_comes_before_what_is(shop: Path) -> None:
    (shop / "shop" / "mailer.py").write_text("def send_invoice(address, basket):\n    return None\n")
    commit(shop, "Invoices are not sent")
    before = map_repository(shop, 50)
    (shop / "web" / "cart.ts").write_text(SHOP["web/cart.ts"].replace("join()", "join('')"))
    after = map_repository(shop, 50)
    assert "web/cart.ts:renderCart" not in names(before)
    assert "web/cart.ts:renderCart" in names(after)
    (shop / "web" / "cart.ts").write_text(SHOP["web/cart.ts"])
    assert map_repository(shop, 50) == before


def test_a_damaged_index_is_made_again_on_the_way(shop: Path) -> None:
    drawn = map_repository(shop, 4096)
    index = open_index(shop)
    index.store.database.execute("update facts set data = x'00112233'")
    index.close()
    assert map_repository(shop, 4096) == drawn


def test_a_damaged_atlas_is_made_again(shop: Path) -> None:
    drawn = map_repository(shop, 200)
    index = open_index(shop)
    whole = index.kept("map")
    assert whole is not None
    for damaged in (b"", b"x", whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1]), b"\xff" * len(whole)):
        index.keep("map", damaged)
        assert map_repository(shop, 200) == drawn
    index.close()


def test_names_that_are_no_utf8_do_no_harm(make_repo: MakeRepo) -> None:
    repo = make_repo({"a.py": b"def caf\xe9(): pass\ndef plain(): pass\n"})
    (repo / "caf\udce9.py").write_bytes(b"def odd(): pass\n")
    drawn = map_repository(repo, 400)
    assert {"plain", "odd"} <= {entry.name for file in drawn.files for entry in file.definitions}


def test_where_nothing_is_defined_one_line_says_so(make_repo: MakeRepo) -> None:
    with pytest.raises(NotResolved, match="nothing to map"):
        map_repository(make_repo({"notes.txt": "nothing\n"}), 4096)


def test_a_path_that_is_not_there_is_a_usage_error(shop: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        map_repository(shop / "nowhere", 4096)


def test_a_folder_without_definitions_is_named(shop: Path) -> None:
    (shop / "empty").mkdir()
    with pytest.raises(NotResolved, match="nothing to map in empty"):
        map_repository(shop / "empty", 4096)
