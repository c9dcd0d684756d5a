import pytest


@pytest.mark.parametrize("a", [1, 2], ids=lambda value: 1 / 0)
def test_ids(a):
    pass
