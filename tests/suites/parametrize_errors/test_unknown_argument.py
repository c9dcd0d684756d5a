import pytest


@pytest.mark.parametrize("unused_name", [1])
def test_unknown_argument():
    raise AssertionError("pytest refuses this function while collecting")


def test_beside_it():
    pass
