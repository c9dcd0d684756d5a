import lib


def test_negative():
    assert lib.sign(-2) == -1


def test_wrong():
    assert lib.sign(0) == 1
