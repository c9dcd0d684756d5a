"""Assertions about lists, tuples and sets."""

from kinds import BrokenRepr


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
