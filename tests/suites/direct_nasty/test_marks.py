"""Marks that change what an outcome means, from where they stand to when they come."""

import os

import pytest


@pytest.mark.xfail
def test_xfails():
    raise AssertionError


@pytest.mark.xfail
def test_xpasses():
    pass


@pytest.mark.xfail(strict=True, reason="strictly")
def test_xpasses_strictly():
    pass


@pytest.mark.xfail(raises=KeyError)
def test_xfails_by_another():
    raise ValueError


@pytest.mark.xfail(run=False, reason="not run")
def test_not_run():
    raise AssertionError


@pytest.mark.xfail("os.sep == '/'", reason="by condition")
def test_condition_text():
    raise AssertionError


@pytest.mark.xfail("no such name")
def test_condition_broken():
    pass


@pytest.mark.skipif("os.sep == '/'", reason="by condition")
def test_skip_condition():
    raise AssertionError


@pytest.mark.skipif(os.sep != "/", reason="never")
def test_skip_condition_is_false():
    pass


@pytest.mark.skip(reason="because")
def test_skip():
    raise AssertionError


@pytest.mark.skip("one", "two")
def test_skip_wrong():
    pass


def test_xfail_in_set_up(xfails_by_request):
    raise AssertionError


def test_xfail_in_set_up_passes(xfails_by_request):
    pass


def test_xfail_in_call(request):
    request.node.add_marker(pytest.mark.xfail(reason="found out in the call", strict=True))
    raise AssertionError


def test_xfail_in_call_passes(request):
    request.node.add_marker(pytest.mark.xfail(reason="found out in the call", strict=True))


def test_imperative_xfail():
    pytest.xfail("given up")


def test_imperative_skip():
    pytest.skip("given up")


def test_unittest_skip():
    import unittest

    raise unittest.SkipTest("the other way")


@pytest.mark.plain_mark
@pytest.mark.usefixtures("order_1")
def test_use_fixtures(events):
    assert events[-1] == "order_1 up"


@pytest.mark.parametrize("a,b", [(1, 2), pytest.param(3, 4, marks=pytest.mark.xfail), pytest.param(5, 6, marks=pytest.mark.skip)])
def test_marks_of_parameters(a, b):
    assert a == 1
