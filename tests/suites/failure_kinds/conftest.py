"""Hooks and fixtures that the failures of this project go through."""

import pytest

pytest.register_assert_rewrite("helper_rewritten")


class Temperature:
    def __init__(self, degrees):
        self.degrees = degrees

    def __eq__(self, other):
        return self.degrees == other.degrees

    __hash__ = None


def pytest_assertrepr_compare(config, op, left, right):
    if isinstance(left, Temperature) and isinstance(right, Temperature) and op == "==":
        return ["temperatures differ:", f"   {left.degrees} degrees against {right.degrees}", "", "ünïcode too"]


@pytest.fixture
def temperature():
    return Temperature


@pytest.fixture
def broken_here():
    raise RuntimeError("set-up of a fixture in a conftest")


@pytest.fixture
def broken_after():
    yield 1
    raise RuntimeError("teardown of a fixture in a conftest")
