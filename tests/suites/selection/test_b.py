import pytest


def test_plain():
    pass


def test_fails_1():
    assert 0


def test_fails_2():
    assert 0


def test_passes_after():
    pass


@pytest.mark.slow
def test_slow_two():
    pass
