"""One test of each kind that reports tell apart."""

import logging
import sys

import pytest


@pytest.fixture
def breaks_before():
    raise RuntimeError("no set-up today")


@pytest.fixture
def breaks_after():
    yield
    raise RuntimeError("no teardown today")


@pytest.fixture
def talks_after():
    yield
    print("said in teardown")


def test_passes(record_property):
    record_property("answer", 42)
    print("said while passing")


def test_fails(talks_after):
    print("said on stdout")
    print("said on stderr", file=sys.stderr)
    logging.getLogger("sample").warning("logged")
    assert [1, 2, 3] == [1, 2, 4], "the lists differ in a way that takes many words to tell, more than fit into a line"


def test_control_characters():
    raise ValueError("bell \x07 and escape \x1b[0m")


@pytest.mark.skip(reason="not here")
def test_skipped_by_mark():
    pass


@pytest.mark.skip(reason="not here")
def test_skipped_by_mark_too():
    pass


def test_skips_itself():
    pytest.skip("not today, for a reason that takes more words than a line of the verbose output has room for")


@pytest.mark.xfail(reason="known bug")
def test_expected_failure():
    assert not True


def test_gives_up():
    pytest.xfail("cannot work")


@pytest.mark.xfail(reason="thought to fail")
def test_unexpected_pass():
    pass


@pytest.mark.xfail(strict=True, reason="must fail")
def test_strictly_unexpected_pass():
    pass


def test_error_before(breaks_before):
    pass


def test_error_after(breaks_after):
    pass


def test_fails_and_error_after(breaks_after):
    assert 1 == 2


class TestGroup:
    class TestNested:
        @pytest.mark.parametrize("text", ["a::b", "x.y", "日本"])
        def test_wide_文字(self, text):
            assert text != "x.y"
