import os


def test_is_set():
    assert os.environ["COLOUR"] == "blue"


def test_default():
    assert os.environ["HOME_OF_X"] == "/y"
