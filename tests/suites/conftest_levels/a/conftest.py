import pytest


def pytest_runtest_setup(item):
    item.trail = [*getattr(item, "trail", []), "a"]


@pytest.fixture
def level(level):
    return level + "/a"


@pytest.fixture
def only_a():
    return "a"
