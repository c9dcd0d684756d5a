import sys


def test_c():
    assert "test_a" in sys.modules
