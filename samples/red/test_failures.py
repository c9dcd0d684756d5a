import sys

import pytest


def total(prices):
    # The mistake that the tests find.
    return sum(prices[1:])


def test_total():
    prices = [1, 2, 3]
    print("adding up", prices)
    assert total(prices) == 6


def test_texts_differ():
    assert "the quick brown fox\njumps over\nthe lazy dog".splitlines() == ["the quick brown fox", "leaps over", "the lazy dog"]


@pytest.mark.parametrize("n", [1, 0])
def test_division(n):
    assert 1 / n == n


def test_says_much(capsys):
    sys.stderr.write("a warning on standard error\n")
    raise RuntimeError("an exception of one's own")


@pytest.mark.xfail(reason="was broken, works now, and xfail_strict wants to hear of it")
def test_unexpectedly_fine():
    assert total([0, 1]) == 1


def test_passes():
    assert total([0, 1]) == 1
