"""Assertions that hooks and parameters have a part in."""

import pytest


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
