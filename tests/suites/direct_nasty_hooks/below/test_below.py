import itertools

import pytest

WHATS = ["raise", "raise_below", "fail_short", "skip", "xfail", "print", "mark_skip", "mark_xfail", "property"]


def asking():
    for when, place, what in itertools.product(("setup", "call", "teardown"), ("first", "last"), WHATS):
        yield pytest.param(id=f"{when}-{place}-{what}", marks=pytest.mark.below(when, place, what))
        if when == "teardown":
            # pytest may find that the test before was not torn down.
            yield pytest.param(id=f"after-{place}-{what}")


def test_nothing():
    pass


@pytest.mark.parametrize((), list(asking()))
def test_hook(tmp_path):
    print("in the test")


@pytest.mark.parametrize((), list(asking()))
def test_hook_and_test_fails():
    print("in the test")
    raise AssertionError("of its own")


def test_returns_what_it_should_not():
    return 1


@pytest.mark.below("call", "last", "raise")
def test_returns_and_hook_fails():
    return 1


@pytest.mark.below("setup", "last", "print")
def test_order(record, monkeypatch):
    record.append("body")
    assert record == []


@pytest.mark.skip(reason="never")
@pytest.mark.hook("setup", "raise")
@pytest.mark.below("setup", "first", "print")
def test_skipped():
    pass
