"""Assert statements in all forms."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import re
import types

import pytest

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Person:
    name: str
    age: int
    secret: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass
class Nested:
    person: Person
    tags: list


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Flags(enum.Flag):
    ONE = 1
    TWO = 2


class BrokenRepr:
    def __repr__(self):
        raise ValueError("no repr")


class RecursiveRepr:
    def __repr__(self):
        return repr(self)


class BrokenEq:
    def __eq__(self, other):
        raise TypeError("cannot compare")

    __hash__ = None


class BrokenBool:
    def __bool__(self):
        raise ValueError("neither true nor false")


class Multiline:
    def __repr__(self):
        return "first\nsecond\nthird"


class Slots:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a

    def __eq__(self, other):
        return self.a == other.a

    __hash__ = None

    def __repr__(self):
        return f"Slots({self.a})"


class ByAttrs:
    """Looks to pytest like a class of attrs."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __eq__(self, other):
        return (self.a, self.b) == (other.a, other.b)

    __hash__ = None

    def __repr__(self):
        return f"ByAttrs(a={self.a!r}, b={self.b!r})"


ByAttrs.__attrs_attrs__ = (types.SimpleNamespace(name="a", eq=True), types.SimpleNamespace(name="b", eq=True))


def double(value):
    return 2 * value


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


def test_list():
    assert [1, 2, 3] == [1, 5, 3]


def test_list_shorter():
    assert [1, 2] == [1, 2, 3]


def test_list_longer():
    assert [1, 2, 3, 4] == [1, 2]


def test_list_empty():
    assert [] == [1]


def test_list_nested():
    assert [1, [2, [3, {"a": (4, 5)}]]] == [1, [2, [3, {"a": (4, 6)}]]]


def test_list_long():
    assert list(range(200)) == [*range(100), 0, *range(101, 200)]


def test_list_of_long_strings():
    assert ["x" * 100, "y"] == ["x" * 100, "z"]


def test_list_of_lines():
    assert ["a\nb", "c"] == ["a\nb", "d"]


def test_list_recursive():
    value = [1]
    value.append(value)
    assert value == [1, 2]


def test_list_order():
    assert [1, 2] > [2, 1]


def test_list_in():
    assert 4 in [1, 2, 3]


def test_list_not_in():
    assert 2 not in [1, 2, 3]


def test_list_against_tuple():
    assert [1] == (1,)


def test_list_of_broken_repr():
    assert [BrokenRepr()] == [1]


def test_tuple():
    assert (1, 2) == (1, 3)


def test_tuple_single():
    assert (1,) == (2,)


def test_range():
    assert range(3) == range(4)


def test_set():
    assert {1, 2} == {2, 3}


def test_set_less():
    assert {1, 2} < {1}


def test_set_less_equal():
    assert {1, 2} <= {1, 3}


def test_set_greater():
    assert {1} > {1}


def test_set_greater_equal():
    assert {1} >= {2}


def test_set_unequal():
    assert {1} != {1}


def test_frozenset():
    assert frozenset("ab") == frozenset("bc")


def test_set_strings():
    assert {"a", "b"} == {"a"}


def test_dict():
    assert {"a": 1, "b": 2} == {"a": 1, "b": 3}


def test_dict_keys():
    assert {"a": 1, "b": 2} == {"a": 1, "c": 2}


def test_dict_left_more():
    assert {"a": 1, "b": 2, "c": 3} == {"a": 1}


def test_dict_right_more():
    assert {"a": 1} == {"a": 1, "b": 2, "c": 3}


def test_dict_nested():
    assert {"a": {"b": {"c": [1, 2]}}} == {"a": {"b": {"c": [1, 3]}}}


def test_dict_large():
    assert {i: i for i in range(100)} == {i: i + (i == 50) for i in range(100)}


def test_dict_in():
    assert "z" in {"a": 1}


def test_dict_mixed_keys():
    assert {1: 1, "a": 2, None: 3} == {1: 1, "a": 2, None: 4}


def test_dict_views():
    assert {"a": 1}.keys() == {"b": 1}.keys()


def test_dict_items():
    assert list({"a": 1}.items()) == [("a", 2)]


def test_ordered_dict():
    assert collections.OrderedDict(a=1, b=2) == collections.OrderedDict(b=2, a=1)


def test_default_dict():
    assert collections.defaultdict(int, a=1) == {"a": 2}


def test_counter():
    assert collections.Counter("aab") == collections.Counter("abb")


def test_deque():
    assert collections.deque([1, 2]) == collections.deque([1, 3])


def test_chain_map():
    assert collections.ChainMap({"a": 1}) == {"a": 2}


def test_mapping_proxy():
    assert types.MappingProxyType({"a": 1}) == {"a": 2}


def test_namespace():
    assert types.SimpleNamespace(a=1) == types.SimpleNamespace(a=2)


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


def test_and():
    a, b = 1, 0
    assert a and b


def test_and_second_not_reached():
    a, b = 0, 1
    assert a and b


def test_or():
    a, b = 0, []
    assert a or b


def test_boolean_nested():
    a, b, c = 0, 1, 0
    assert (a or b) and (c or not b)


def test_and_comparisons():
    a = 5
    assert a > 3 and a < 4


def test_or_comparisons():
    a = 5
    assert a < 3 or a == 4 or a is None


def test_chained():
    a = 5
    assert 1 < a < 3


def test_chained_first():
    a = 0
    assert 1 < a < 3


def test_chained_equal():
    a, b, c = 1, 1, 2
    assert a == b == c


def test_walrus():
    assert (value := double(2)) == 5, value


def test_walrus_in_boolean():
    assert (value := 3) and value == 4


def test_walrus_in_call():
    assert double(value := 2) == value


def test_call():
    assert double(2) == 5


def test_call_nested():
    assert double(double(1)) == double(double(2))


def test_call_keywords():
    assert double(value=3) == 7


def test_call_star():
    values, options = [1], {}
    assert double(*values, **options) == 3


def test_method():
    value = "abc"
    assert value.startswith("b")


def test_attribute():
    value = Person("Ann", 30)
    assert value.age == 31


def test_attribute_chain():
    value = Nested(Person("Ann", 30), [])
    assert value.person.name == "Bob"


def test_subscript():
    values = [1, [2, 3]]
    assert values[1][0] == 3


def test_slice():
    values = list(range(10))
    assert values[2:5] == [2, 3]


def test_arithmetic():
    a, b = 2, 3
    assert a * b + 1 == a**b


def test_unary():
    a = 2
    assert -a == +a


def test_invert():
    a = 2
    assert ~a == 3


def test_bits():
    a = 6
    assert a & 1 | a << 2 == 1


def test_matrix_product_is_an_error():
    a = 1
    assert a @ 2


def test_conditional():
    a = 1
    assert 0 if a else 1


def test_lambda():
    assert (lambda x: x)(0)


def test_f_string():
    a = 1
    assert f"{a:>3}|{a!r}" == "  2|1"


def test_list_comprehension():
    assert [x for x in range(3)] == [0, 1, 3]


def test_generator_all():
    assert all(x < 2 for x in range(4))


def test_generator_any():
    assert any(x > 5 for x in range(4))


def test_all_of_list():
    assert all([1, 0, 2])


def test_sum_of_generator():
    assert sum(x for x in range(3)) == 4


def test_starred():
    assert [*range(2), 5] == [0, 1, 2]


def test_dict_display():
    a = 1
    assert {"a": a, **{"b": 2}} == {"a": 2, "b": 2}


def test_multi_line():
    assert (
        double(1)
        == double(  # with a comment
            2
        )
    ), (
        "several"
        " lines"
    )


def test_multi_line_boolean():
    a = 1
    assert (
        a == 1
        and a == 2
        and a == 3
    )


def test_one_line(): assert 1 == 2  # noqa: E704


def test_semicolons():
    a = 1; b = 2; assert a == b  # noqa: E702


def test_in_loop():
    for i in range(5):
        assert i < 3


def test_in_with():
    with pytest.MonkeyPatch.context():
        assert 1 == 2


def test_in_try():
    try:
        pass
    finally:
        assert 1 == 2


def test_in_except():
    try:
        assert 1 == 2
    except AssertionError:
        assert 3 == 4


def test_in_else():
    if 0:
        pass
    else:
        assert 1 == 2


def test_in_inner_function():
    def inner(a):
        assert a == 2

    inner(1)


def test_in_comprehension():
    def inner(a):
        assert a < 2
        return a

    [inner(x) for x in range(4)]


def test_in_lambda():
    check = lambda value: double(value).missing  # noqa: E731
    check(1)


def test_in_method():
    class Checker:
        def check(self, value):
            assert value == self

        def __repr__(self):
            return "Checker()"

    Checker().check(1)


def test_in_property():
    class Checker:
        @property
        def value(self):
            assert 1 == 2

    Checker().value


def test_in_generator():
    def generate():
        yield 1
        assert 1 == 2

    list(generate())


def test_in_match():
    value = (1, 2)
    first, *rest = value
    assert first == rest


def test_assertion_error_raised():
    raise AssertionError("raised by hand")


def test_assertion_error_empty():
    raise AssertionError


def test_assertion_error_values():
    raise AssertionError(1, 2)


def test_assertion_error_lines():
    raise AssertionError("one\ntwo\nthree")


def test_tuple_always_true_is_not():
    assert () == (1, "always true")


def test_broken_repr():
    assert BrokenRepr() == 1


def test_broken_repr_true():
    assert not BrokenRepr()


def test_recursive_repr():
    assert RecursiveRepr() == 1


def test_broken_equality():
    assert BrokenEq() == 1


def test_broken_truth():
    assert BrokenBool()


def test_multi_line_repr():
    assert Multiline() == 1


def test_long_repr():
    assert list("x" * 1000) == []


def test_object_reprs():
    assert object() == object()


def test_function_repr():
    assert double == test_bits


def test_unhashable():
    assert [1] in {1, 2}


def test_approx():
    assert 1.0 == pytest.approx(1.1)


def test_approx_tolerances():
    assert 10.0 == pytest.approx(11.0, rel=1e-3, abs=0.5)


def test_approx_list():
    assert [1.0, 2.0, 3.0] == pytest.approx([1.0, 2.5, 3.0])


def test_approx_lengths():
    assert [1.0] == pytest.approx([1.0, 2.0])


def test_approx_dict():
    assert {"a": 1.0, "b": 2.0} == pytest.approx({"a": 1.0, "b": 2.5})


def test_approx_keys():
    assert {"a": 1.0} == pytest.approx({"b": 1.0})


def test_approx_tuple():
    assert (0.1, 0.2) == pytest.approx((0.2, 0.2))


def test_approx_decimal():
    assert decimal.Decimal("1.0") == pytest.approx(decimal.Decimal("1.1"))


def test_approx_complex():
    assert 1 + 1j == pytest.approx(1 + 2j)


def test_approx_nan():
    assert math.nan == pytest.approx(math.nan)


def test_approx_infinity():
    assert 1.0 == pytest.approx(math.inf)


def test_approx_unequal():
    assert 1.0 != pytest.approx(1.0)


def test_approx_nested():
    assert [[1.0]] == pytest.approx([[1.0]])


def test_approx_text():
    assert 1.0 == pytest.approx("one")


def test_approx_none():
    assert None == pytest.approx(1.0)  # noqa: E711


def test_approx_less():
    assert 1.0 < pytest.approx(2.0)


def test_approx_of_set():
    assert {1.0} == pytest.approx({1.0})


def test_hook(temperature):
    assert temperature(20) == temperature(30)


def test_hook_not_concerned(temperature):
    assert temperature(20).degrees == temperature(30).degrees


@pytest.mark.parametrize("value", ["ünï", "a\nb", "", "x" * 150, "\x1b[31m", "\udc80", None, 1.5])
def test_parameters(value):
    assert value == 1


class TestClass:
    attribute = 3

    def test_method(self):
        assert self.attribute == 4

    class TestInner:
        def test_inner(self):
            assert self == 1

        def __repr__(self):
            return "TestInner()"
