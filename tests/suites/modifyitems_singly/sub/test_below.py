import pytest

pytestmark = pytest.mark.slow


def test_slow():
    raise AssertionError("is left out")
