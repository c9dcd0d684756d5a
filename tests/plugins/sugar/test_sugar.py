import pytest


@pytest.mark.parametrize("n", range(5))
def test_n(n):
    assert n != 3


@pytest.mark.xfail
def test_x():
    assert 0
