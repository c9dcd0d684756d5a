import pytest


@pytest.mark.parametrize("no_such_argument", [1])
def test_unknown():
    pass
