import time

import pytest


def test_quick():
    pass


@pytest.mark.timeout(0.5)
def test_slow():
    time.sleep(20)


@pytest.fixture
def slow_end():
    yield
    time.sleep(20)


@pytest.mark.timeout(0.5)
def test_slow_end(slow_end):
    pass


@pytest.mark.timeout(0.5, func_only=True)
def test_only_the_function():
    pass


@pytest.mark.parametrize("n", range(5))
def test_many(n):
    pass
