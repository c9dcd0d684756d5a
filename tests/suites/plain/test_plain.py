import pytest


def test_passes():
    assert 1 + 1 == 2


def test_fails():
    value = {"a": 1}
    assert value == {"a": 2}, "the values differ"


def test_raises():
    raise ValueError("no good")


@pytest.mark.skip(reason="not today")
def test_skip_mark():
    raise AssertionError("never runs")


def test_skip_call():
    pytest.skip("found out late")


@pytest.mark.skipif("1 + 1 == 2", reason="a condition in a string")
def test_skipif_string():
    raise AssertionError("never runs")


@pytest.mark.xfail(reason="known")
def test_xfail():
    raise AssertionError("as known")


@pytest.mark.xfail
def test_xpass():
    pass


@pytest.mark.xfail(raises=KeyError)
def test_xfail_other_exception():
    raise ValueError("not the one that was expected")


@pytest.mark.xfail(run=False, reason="would hang")
def test_xfail_not_run():
    raise AssertionError("never runs")


def test_imperative_xfail():
    pytest.xfail("says so itself")


def test_pytest_fail():
    pytest.fail("by hand", pytrace=False)
