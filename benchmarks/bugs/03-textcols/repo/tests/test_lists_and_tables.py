from textcols import bullet_list, table


def test_bullets_hang():
    assert bullet_list(["one two three", "four"], 9) == "- one two\n  three\n- four"


def test_empty_item():
    assert bullet_list([""], 9) == "-"


def test_bullet_with_a_long_path():
    text = bullet_list(["in /usr/local/share"], 10, mark="*")
    assert text.splitlines() == ["* in", "  /usr/loc", "  al/share"]


def test_table():
    drawn = table([["name", "what"], ["fox", "jumps over"]], [4, 6])
    assert drawn.splitlines() == [
        "name | what",
        "-----+-------",
        "fox  | jumps",
        "     | over",
    ]


def test_table_with_right_aligned_column():
    drawn = table([["n", "x"], ["1", "22"]], [2, 3], ["right", "right"])
    assert drawn.splitlines() == [" n |   x", "---+----", " 1 |  22"]
