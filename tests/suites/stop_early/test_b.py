import pytest


@pytest.fixture
def broken():
    raise RuntimeError("set-up")


def test_b1():
    pass


def test_b2(broken):
    pass


def test_b3():
    pass


def test_b4():
    assert 0


def test_b5():
    pass
