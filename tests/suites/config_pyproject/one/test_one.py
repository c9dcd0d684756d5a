from example_lib import ANSWER


def test_answer():
    assert ANSWER == 42


def check_answer():
    assert ANSWER == 43


def test_left():
    raise AssertionError("deselected by addopts")
