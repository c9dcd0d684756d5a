import pytest


@pytest.mark.parametrize("a", [1, 2])
@pytest.mark.parametrize("a", [1, 2])
def test_twice(a):
    pass
