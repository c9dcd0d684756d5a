import lib


def test_positive():
    assert lib.sign(2) == 1
