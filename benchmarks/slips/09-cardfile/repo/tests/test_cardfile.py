import pytest

from cardfile import Card, CardBox
from cardfile.export import mail_header, mailing_list, phone_book
from cardfile.search import by_initial, find, missing_mail

TEXT = '''\
# people
Ada Lovelace, ada@example.org, "friends, maths"
Bob Hope

"King, Carol", carol@example.org, friends
'''


@pytest.fixture
def box():
    return CardBox.from_text(TEXT)


def test_fields_of_a_card():
    assert Card.from_line(" Ada Lovelace , a@b.c,x") == Card("Ada Lovelace", "a@b.c", ("x",))


def test_groups(box):
    assert [c.name for c in box.group("friends")] == ["King, Carol", "Ada Lovelace"]


def test_comma_in_name():
    assert Card.from_line('"King, Carol"').name == "King, Carol"


def test_quote_in_name():
    card = Card.from_line('"Dwayne ""Rock"" Johnson",rock@example.org')
    assert card == Card('Dwayne "Rock" Johnson', "rock@example.org")


def test_text_with_quotes_round_trip():
    first = CardBox([Card('Al "Scarface" Capone', "al@example.org", ("gang",))])
    assert list(CardBox.from_text(first.to_text())) == list(first)


def test_missing_quote():
    with pytest.raises(ValueError):
        Card.from_line('"King, Carol')


def test_too_many_fields():
    with pytest.raises(ValueError):
        Card.from_line("a,b,c,d")


def test_line_without_empty_fields():
    assert Card("Bob Hope").to_line() == "Bob Hope"


def test_line_with_comma():
    assert Card("King, Carol", "c@d.e").to_line() == '"King, Carol",c@d.e'


def test_round_trip(box):
    assert list(CardBox.from_text(box.to_text())) == list(box)


def test_same_name_replaces(box):
    box.put(Card("Bob Hope", "bob@example.org"))
    assert len(box) == 3 and missing_mail(box) == []


def test_find(box):
    assert [c.name for c in find(box, "EXAMPLE ada")] == ["Ada Lovelace"]


def test_initials(box):
    assert by_initial(box) == {"C": ["King, Carol"], "H": ["Bob Hope"], "L": ["Ada Lovelace"]}


def test_mailing_list(box):
    assert mailing_list(box, "friends") == (
        '"King, Carol" <carol@example.org>; Ada Lovelace <ada@example.org>')


def test_mail_header_of_imported_nickname():
    card = Card.from_line('"""Doc"" Brown",doc@example.org')
    assert mail_header(card) == '"\\"Doc\\" Brown" <doc@example.org>'


def test_phone_book():
    assert phone_book(CardBox([Card("Bob", "b@c.de")]), 12) == "Bob...b@c.de"
