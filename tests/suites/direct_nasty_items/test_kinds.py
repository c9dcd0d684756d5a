import sys
import warnings

import pytest


def test_before():
    pass


def twice_passes():
    pass


def twice_fails(monkeypatch, capsys):
    print("called")
    raise AssertionError("the first time")


def twice_fails_the_second_time(request):
    print("called")
    if hasattr(request.node, "called"):
        raise AssertionError("the second time")
    request.node.called = True


def twice_skips():
    pytest.skip("of its own")


@pytest.mark.xfail(strict=True)
def twice_passes_against_expectation():
    pass


@pytest.fixture
def broken():
    raise ValueError("set up")


@pytest.fixture
def broken_after():
    yield
    raise ValueError("torn down")


def twice_set_up_fails(broken):
    pass


def twice_teardown_fails(broken_after):
    pass


def twice_warns():
    warnings.warn("warned", UserWarning, stacklevel=2)


def twice_recurses():
    def deeper(count):
        try:
            return deeper(count + 1)
        except RecursionError:
            return count

    limit = sys.getrecursionlimit()
    # How far it can go hangs on what lies below it.
    raise AssertionError(deeper(0) // 100, limit)


async def test_asynchronous():
    raise AssertionError("never reached")


async def test_asynchronous_with_a_fixture(monkeypatch):
    raise AssertionError("never reached")


@pytest.mark.skip(reason="never")
async def test_asynchronous_and_skipped():
    pass


async def test_asynchronous_generator():
    yield 1


class TestClass:
    @pytest.fixture(autouse=True)
    def around(self):
        print("around")
        yield
        print("around it")

    def test_one(self):
        pass

    def twice_in_a_class(self):
        raise AssertionError("shown")

    async def test_asynchronous_in_a_class(self):
        pass

    def test_last(self):
        raise AssertionError("shown")


def test_after():
    pass


def test_after_that():
    raise AssertionError("shown")
