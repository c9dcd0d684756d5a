import itertools
import unittest
import warnings

import pytest

WHATS = [
    "print",
    "log",
    "section",
    "property",
    "variable",
    "failed",
    "passed",
    "skipped",
    "xfail",
    "exception",
    "seen",
]


def asking():
    for when, what in itertools.product(("setup", "call", "teardown"), WHATS):
        yield pytest.param(id=f"{when}-{what}", marks=pytest.mark.report(when, what))


everything = pytest.mark.parametrize((), list(asking()))


def test_nothing():
    pass


@everything
def test_passes():
    print("in the test")


@everything
def test_passes_with_a_fixture(knows):
    print("in the test")


@everything
def test_fails(knows):
    raise AssertionError("of its own")


@everything
def test_is_skipped():
    pytest.skip("of its own")


@pytest.mark.xfail(reason="expected")
@everything
def test_fails_as_expected():
    raise AssertionError("of its own")


@pytest.mark.xfail(reason="expected")
@everything
def test_passes_against_expectation():
    pass


@pytest.fixture
def broken_after():
    yield
    raise ValueError("torn down")


@everything
def test_teardown_fails(broken_after):
    pass


@everything
def test_set_up_fails(request):
    request.getfixturevalue("unknown")


class Case(unittest.TestCase):
    @pytest.mark.report("call", "failed")
    def test_said_to_have_failed(self):
        pass

    @pytest.mark.report("call", "passed")
    def test_said_to_have_passed(self):
        self.fail("of its own")

    @pytest.mark.report("setup", "section", "property")
    def test_sections(self):
        with self.subTest(number=1):
            self.fail("in a subtest")


def test_of_a_kind_of_its_own(record_property):
    record_property("of a kind of its own", True)


@pytest.mark.report("call", "print", "log")
def test_output_stays_where_it_was(capsys):
    print("captured by the test")
    warnings.warn("in the test", stacklevel=1)


def test_what_is_left(caplog, capsys):
    assert caplog.records == []
    assert capsys.readouterr().out == "to be seen"
