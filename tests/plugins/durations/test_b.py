import pytest


@pytest.fixture(scope="module")
def shared():
    return 1


def test_shared(shared):
    pass


def test_wrong(shared):
    assert shared == 2
