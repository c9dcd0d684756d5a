"""Assertions about texts and bytes."""

import array


def test_str():
    assert "spam" == "eggs"


def test_str_common_start():
    assert "a" * 60 + "b" == "a" * 60 + "c"


def test_str_common_end():
    assert "b" + "a" * 60 == "c" + "a" * 60


def test_str_lines():
    assert "one\ntwo\nthree\n" == "one\n2\nthree\n"


def test_str_trailing_newline():
    assert "one\n" == "one"


def test_str_whitespace():
    assert "one \ttwo" == "one two"


def test_str_only_newlines():
    assert "\n\n" == "\n"


def test_str_long():
    assert "x" * 500 == "y" * 500


def test_str_many_lines():
    assert "\n".join(map(str, range(100))) == "\n".join(map(str, range(1, 101)))


def test_str_unicode():
    assert "grüße 漢字 🎉" == "grüsse 漢字 🎈"


def test_str_combining():
    assert "e\u0301" == "\u00e9"


def test_str_control():
    assert "a\x00b\x07\x1b[31m" == "a\x00c\x07\x1b[32m"


def test_str_carriage_return():
    assert "one\rtwo\r\n" == "one\r\ntwo\n"


def test_str_surrogate():
    assert "\udcff" == "\ud800"


def test_str_quotes():
    assert "it's \"quoted\"" == 'it\'s "Quoted"'


def test_str_backslash():
    assert r"\n\t" == "\\n\\s"


def test_str_not_in():
    assert "spam" not in "some spam in a longer text"


def test_str_not_in_lines():
    assert "two" not in "one\ntwo\nthree"


def test_str_in():
    assert "spam" in "eggs and ham"


def test_str_in_long():
    assert "needle" in "hay " * 200


def test_str_against_bytes():
    assert "a" == b"a"


def test_bytes():
    assert b"spam" == b"eggs"


def test_bytes_long():
    assert b"x" * 200 == b"x" * 199 + b"y"


def test_bytes_not_ascii():
    assert b"\xff\x00" == b"\xfe\x01"


def test_bytearray():
    assert bytearray(b"ab") == bytearray(b"ac")


def test_memoryview():
    assert memoryview(b"ab").tolist() == memoryview(b"ac").tolist()


def test_array():
    assert array.array("i", [1, 2]) == array.array("i", [1, 3])
