from textcols.filling import fill


def test_pending_words_come_first():
    assert fill(["ab", "c", "defghijk"], 4) == ["ab c", "defg", "hijk"]


def test_long_words_in_a_row():
    assert fill(["abcdef", "ghijkl"], 4) == ["abcd", "ef", "ghij", "kl"]


def test_no_letter_is_lost():
    words = ["x", "yyyyyyyyy", "zz", "wwwwwwwwwwwww", "v"]
    assert "".join(fill(words, 5)).replace(" ", "") == "".join(words)


def test_every_line_fits():
    words = ["x", "yyyyyyyyy", "zz", "wwwwwwwwwwwww", "v"]
    lines = fill(words, 6)
    assert lines == ["x", "yyyyyy", "yyy zz", "wwwwww", "wwwwww", "w v"]


def test_short_words_only():
    assert fill(["a", "b", "c"], 3) == ["a b", "c"]
