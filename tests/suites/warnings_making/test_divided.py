import time

import pytest


class TestNot:
    # pytest warns of it as it makes the tests, which each worker does that has a part of the module.
    def __init__(self):
        raise AssertionError("pytest makes none of these")

    def test_never(self):
        pass


@pytest.mark.parametrize("number", range(100))
def test_takes_its_time(number):
    # Long enough for a worker that has nothing to do to be given the rest.
    time.sleep(0.01)
    assert number != 7
