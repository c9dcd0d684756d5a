import random


def test_0():
    assert random.random() == 0


def test_1():
    assert random.random() == 0


def test_2():
    assert random.random() == 0
