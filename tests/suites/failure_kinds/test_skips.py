"""Skipped and expected to fail, in all forms."""

import unittest

import pytest


@pytest.mark.xfail(strict=True, reason="must fail")
def test_strict():
    pass


@pytest.mark.xfail(strict=True)
def test_strict_without_reason():
    pass


@pytest.mark.xfail(reason="may fail")
def test_passes():
    pass


@pytest.mark.xfail(raises=ValueError)
def test_other_error():
    raise TypeError("another")


@pytest.mark.xfail(raises=(ValueError, KeyError), reason="one of two")
def test_other_errors():
    raise TypeError("another")


@pytest.mark.xfail("no_such_name > 1", reason="text")
def test_broken_condition():
    pass


@pytest.mark.xfail("1 +", reason="text")
def test_condition_syntax():
    pass


@pytest.mark.xfail(True)
def test_no_reason():
    pass


@pytest.mark.skipif("no_such_name")
def test_skip_condition():
    pass


@pytest.mark.skipif(True)
def test_skip_no_reason():
    pass


@pytest.mark.skip(1)
def test_skip_wrong_reason():
    pass


@pytest.mark.skip(reason="grüße")
def test_skipped():
    pass


@pytest.mark.xfail(run=False, reason="not run")
def test_not_run():
    pass


@pytest.mark.xfail
def test_xfailed_in_setup(broken_here):
    pass


@pytest.mark.xfail
def test_xfailed_in_teardown(broken_after):
    pass


@pytest.mark.xfail(strict=True)
def test_strict_teardown(broken_after):
    pass


def test_skip_inside():
    pytest.skip("inside")


def test_xfail_inside():
    pytest.xfail("inside")


def test_unittest_skip():
    raise unittest.SkipTest("by unittest")


def test_importorskip():
    pytest.importorskip("no_module_of_this_name")


def test_importorskip_reason():
    pytest.importorskip("no_module_of_this_name", reason="a reason")


def test_importorskip_version():
    pytest.importorskip("pytest", minversion="999")
