import pytest


def test_third(backend, set_ups):
    assert set_ups.count(backend) == 1


@pytest.mark.parametrize("n", [1, 2])
def test_product(backend, n):
    assert n
