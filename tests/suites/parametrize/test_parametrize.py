import datetime
import enum
import math

import pytest


class Colour(enum.Enum):
    RED = 1


class Thing:
    pass


@pytest.mark.parametrize("x", [1, 2, 3])
def test_one(x):
    assert x != 2


@pytest.mark.parametrize("x", [1, 2])
@pytest.mark.parametrize("y", ["a", "b", "c"])
def test_stacked(x, y):
    assert x and y


@pytest.mark.parametrize("a, b", [(1, "x"), pytest.param(2, "y", id="named"), pytest.param(3, "z", marks=pytest.mark.xfail)])
def test_pairs(a, b):
    assert a < 3


@pytest.mark.parametrize("value", [None, True, 1.5, math.inf, -0.0, 1e300, 3 + 4j, b"by\xfftes", "", "a b", "x" * 40, Colour.RED, Thing, Thing(), len, [1], {}, (1, 2)])
def test_kinds_of_ids(value):
    assert True


@pytest.mark.parametrize("text", ["ü", "日本語", "tab\t", "new\nline", "nul\0", "quote'\"", "a::b", "a/b", "[x]", "back\\slash", "\x1b[31m", "\U0001f600"])
def test_odd_text(text):
    assert text != "a::b"


@pytest.mark.parametrize("x", [1, 1, 1])
def test_same_value(x):
    assert x == 1


@pytest.mark.parametrize("x", ["a", "a0", "a"])
def test_suffix_clash(x):
    assert x


@pytest.mark.parametrize("x", [])
def test_empty_set(x):
    raise AssertionError("never runs")


@pytest.mark.parametrize("x", [1, 2], ids=["first", "second"])
def test_ids_list(x):
    assert x


@pytest.mark.parametrize("day", [datetime.date(2020, 1, 2), 5], ids=lambda v: v.isoformat() if isinstance(v, datetime.date) else None)
def test_ids_function(day):
    assert day


@pytest.mark.parametrize("x", [1, 2], ids=[None, pytest.HIDDEN_PARAM] if hasattr(pytest, "HIDDEN_PARAM") else None)
def test_hidden_id(x):
    assert x


@pytest.mark.parametrize("x", (n * n for n in range(3)))
def test_generator(x):
    assert x >= 0


@pytest.mark.parametrize("flag", [True, False])
class TestClassLevel:
    @pytest.mark.parametrize("n", range(2))
    def test_product(self, n, flag):
        assert n < 2

    def test_flag(self, flag):
        assert flag


@pytest.mark.parametrize(("left", "right"), [pytest.param(1, 1, marks=pytest.mark.skip(reason="no")), (2, 3)], ids=str)
def test_tuple_of_names(left, right):
    assert left < right
