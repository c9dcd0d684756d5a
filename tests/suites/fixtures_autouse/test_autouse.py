import unittest

import pytest

SEEN = []


@pytest.fixture
def from_ini():
    SEEN.append("ini")


@pytest.fixture(autouse=True, scope="module")
def module_wide():
    SEEN.append("module")
    yield
    SEEN.append("down")


def test_function(state):
    assert state == {"on": 1, "session": True}
    assert SEEN.count("module") == 1
    assert "ini" in SEEN


class TestAutouseInClass:
    @pytest.fixture(autouse=True)
    def attribute(self):
        self.attr = 5

    def test_attribute(self):
        assert self.attr == 5


class Unit(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def give(self, state):
        self.state = state

    def test_unit(self):
        self.assertEqual(self.state["on"], 1)
