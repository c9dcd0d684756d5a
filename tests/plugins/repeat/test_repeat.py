import pytest

seen = []


@pytest.mark.repeat(3)
def test_thrice():
    pass


@pytest.mark.repeat(2)
@pytest.mark.parametrize("n", [1, 2])
def test_both(n):
    assert n != 2


def test_once():
    pass
