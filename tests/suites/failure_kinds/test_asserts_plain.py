"""Plain assertions, their messages, and numbers."""

import math

from kinds import BrokenRepr, double


def test_false():
    assert False


def test_name():
    value = 0
    assert value


def test_none():
    assert None


def test_not():
    value = 1
    assert not value


def test_message():
    assert 1 == 2, "one is not two"


def test_message_object():
    assert 1 == 2, {"a": [1, 2]}


def test_message_lines():
    assert 1 == 2, "first\nsecond\n  third"


def test_message_call():
    assert 1 == 2, double("x")


def test_message_none():
    assert 1 == 2, None


def test_message_empty():
    assert 1 == 2, ""


def test_message_broken_repr():
    assert 1 == 2, BrokenRepr()


def test_message_percent():
    assert 1 == 2, "100% %s %d {}"


def test_message_braces():
    assert {1} == {2}, "{not} ~a {{format}}"


def test_int():
    assert 1 == 2


def test_int_unequal():
    assert 1 != 1


def test_less():
    assert 2 < 1


def test_less_equal():
    assert 2 <= 1


def test_greater():
    assert 1 > 2


def test_greater_equal():
    assert 1 >= 2


def test_is():
    assert [] is None


def test_is_not():
    value = None
    assert value is not None


def test_float():
    assert 0.1 + 0.2 == 0.3


def test_nan():
    assert math.nan == math.nan


def test_complex():
    assert 1 + 2j == 1 - 2j


def test_bool_against_int():
    assert True == 2  # noqa: E712
