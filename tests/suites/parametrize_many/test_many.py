import pytest


@pytest.mark.parametrize("n", range(3000))
def test_n(n):
    assert n != 1234


@pytest.mark.parametrize("a", range(5))
@pytest.mark.parametrize("b", range(5))
def test_grid(a, b):
    assert a + b < 8
