"""Assertions about objects of all kinds."""

import datetime
import decimal
import fractions
import pathlib
import re

from kinds import ByAttrs, Colour, Flags, Nested, Person, Point, Slots


def test_namedtuple():
    assert Point(1, 2) == Point(1, 3)


def test_dataclass():
    assert Person("Ann", 30) == Person("Ann", 31)


def test_dataclass_not_compared():
    assert Person("Ann", 30, 1) == Person("Bob", 30, 2)


def test_dataclass_nested():
    assert Nested(Person("Ann", 30), [1]) == Nested(Person("Bob", 30), [2])


def test_dataclass_list():
    assert [Person("Ann", 30)] == [Person("Bob", 30)]


def test_attrs_like():
    assert ByAttrs(1, [2]) == ByAttrs(1, [3])


def test_slots():
    assert Slots(1) == Slots(2)


def test_enum():
    assert Colour.RED == Colour.BLUE


def test_flag():
    assert Flags.ONE == Flags.ONE | Flags.TWO


def test_decimal():
    assert decimal.Decimal("0.1") == decimal.Decimal("0.2")


def test_fraction():
    assert fractions.Fraction(1, 3) == fractions.Fraction(2, 3)


def test_date():
    assert datetime.date(2020, 1, 1) == datetime.date(2020, 1, 2)


def test_timedelta():
    assert datetime.timedelta(1) > datetime.timedelta(2)


def test_path():
    assert pathlib.PurePosixPath("a/b") == pathlib.PurePosixPath("a/c")


def test_type():
    assert type(1) is str


def test_isinstance():
    assert isinstance(1, str)


def test_isinstance_tuple():
    assert isinstance(1, (str, bytes))


def test_issubclass():
    assert issubclass(int, str)


def test_hasattr():
    assert hasattr(1, "nothing")


def test_regular_expression():
    assert re.match("a+", "bbb")
