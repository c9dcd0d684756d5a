"""Assertions about what cannot be shown, and hooks."""

from kinds import BrokenBool, BrokenEq, BrokenRepr, Multiline, RecursiveRepr, double


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
