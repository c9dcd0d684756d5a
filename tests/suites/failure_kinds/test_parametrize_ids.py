import pytest


@pytest.mark.parametrize("a", [1, 2], ids=["one"])
def test_ids(a):
    pass
