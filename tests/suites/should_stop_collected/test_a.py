import pytest


@pytest.fixture(scope="module", autouse=True)
def ends():
    yield
    print("the fixture's end")


def test_first():
    pass


def test_never():
    raise AssertionError("never runs")
