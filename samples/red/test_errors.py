import pytest


@pytest.fixture
def database():
    raise ConnectionError("no database here")


@pytest.fixture
def leaky():
    yield "something"
    raise RuntimeError("could not be cleaned up")


def test_without_database(database):
    raise AssertionError("never runs")


def test_passes_but_leaks(leaky):
    assert leaky == "something"


@pytest.mark.skip(reason="shows that the rest goes on")
def test_skipped():
    raise AssertionError("never runs")
