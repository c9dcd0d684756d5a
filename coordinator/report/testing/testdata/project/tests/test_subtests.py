import pytest


def test_some_fail(subtests):
    for i in range(3):
        with subtests.test("step", i=i):
            assert i != 1


def test_skips_one(subtests):
    with subtests.test():
        pytest.skip("not this one")
