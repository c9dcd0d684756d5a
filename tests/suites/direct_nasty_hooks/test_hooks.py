import itertools
import os
import unittest

import pytest
from actions import RECORD

FAILING = [
    "raise",
    "raise_below",
    "chain",
    "group",
    "assert",
    "fail",
    "fail_short",
    "skip",
    "xfail",
]
PASSING = [
    "print",
    "log",
    "warn",
    "warn_caller",
    "mark_xfail",
    "mark_skip",
    "property",
    "section",
    "finalizer",
    "variable",
    "callers",
    "capture",
]


def asking(names):
    for when, what in itertools.product(("setup", "call", "teardown"), names):
        yield pytest.param(id=f"{when}-{what}", marks=pytest.mark.hook(when, what))
        if when == "teardown" and what in FAILING:
            # pytest finds that the test before was not torn down.
            yield pytest.param(id=f"after-{what}")


def test_nothing():
    pass


def test_nothing_and_more():
    assert False


@pytest.mark.parametrize((), list(asking(FAILING)))
def test_hook_fails():
    print("in the test")


@pytest.mark.parametrize((), list(asking(FAILING)))
def test_hook_fails_with_fixtures(tmp_path, monkeypatch, capsys, caplog):
    monkeypatch.setenv("NASTY", "1")
    print("in the test")


@pytest.mark.parametrize((), list(asking(PASSING)))
def test_hook_passes():
    print("in the test")


@pytest.mark.parametrize((), list(asking(PASSING)))
def test_hook_passes_and_test_fails(capsys):
    print("in the test")
    raise AssertionError("of its own")


@pytest.fixture
def fails():
    raise OSError("in a fixture")


@pytest.mark.parametrize((), list(asking(PASSING)))
def test_hook_passes_and_fixture_fails(fails):
    pass


@pytest.mark.parametrize((), list(asking(PASSING)))
def test_hook_passes_and_fixture_is_missing(no_such_fixture):
    pass


@pytest.mark.parametrize("mark", ["mark_xfail", "mark_skip"])
@pytest.mark.parametrize((), list(asking(FAILING)))
def test_hook_marks_and_fails(mark, request):
    pass


@pytest.mark.hook("setup", "print")
@pytest.mark.hook("call", "print")
@pytest.mark.hook("teardown", "print", "raise")
def test_both_fail():
    raise AssertionError("of its own")


def test_after_a_failed_teardown():
    pass


@pytest.mark.hook("setup", "fixture", "print")
def test_fixture_that_a_hook_adds():
    raise AssertionError("to show it")


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.hook("setup", "fixture")
def test_fixture_that_a_hook_adds_to_parameters(number):
    raise AssertionError("to show it")


@pytest.mark.hook("setup", "runtest")
def test_runtest_that_a_hook_sets():
    raise AssertionError("to show it")


@pytest.mark.hook("setup", "runtest")
def test_runtest_that_a_hook_sets_passes():
    pass


@pytest.mark.hook("setup", "plugin")
def test_plugin_that_a_hook_registers():
    raise AssertionError("to show it")


@pytest.mark.hook("setup", "funcargs")
@pytest.mark.hook("call", "funcargs")
def test_funcargs(monkeypatch, request):
    assert request.node.stash[RECORD] == []


@pytest.mark.xfail(reason="may fail")
@pytest.mark.parametrize((), list(asking(FAILING)))
def test_expected_failures():
    pass


@pytest.mark.skip(reason="never")
@pytest.mark.hook("setup", "print", "raise")
def test_skipped():
    pass


@pytest.mark.xfail(strict=True)
@pytest.mark.hook("call", "print")
def test_strict():
    pass


@pytest.fixture
def broken():
    print("in a fixture")
    raise ValueError("in a fixture")


@pytest.mark.hook("setup", "print")
@pytest.mark.hook("teardown", "print")
def test_fixture_fails(broken):
    pass


@pytest.fixture
def takes_variable():
    yield
    os.environ.pop("PYTEST_CURRENT_TEST")
    raise ValueError("and fails")


def test_variable_goes_and_fixture_fails(takes_variable):
    pass


class TestClass:
    @pytest.fixture(autouse=True)
    def around(self):
        print("around")
        yield
        print("around it")

    @pytest.mark.parametrize((), list(asking(FAILING)))
    def test_method(self):
        print("in the test")


class Case(unittest.TestCase):
    def setUp(self):
        print("setUp")

    def tearDown(self):
        print("tearDown")

    def test_passes(self):
        pass

    @pytest.mark.hook("setup", "raise")
    def test_setup(self):
        pass

    @pytest.mark.hook("call", "raise")
    def test_call(self):
        pass

    @pytest.mark.hook("teardown", "raise")
    def test_teardown(self):
        pass

    @pytest.mark.hook("call", "print")
    @pytest.mark.hook("teardown", "print")
    def test_fails(self):
        self.fail("of its own")

    @pytest.mark.hook("setup", "skip")
    def test_skip(self):
        pass
