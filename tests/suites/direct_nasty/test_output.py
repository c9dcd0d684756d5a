"""Captured text: what is shown, under which headline and in which order."""

import logging
import os
import sys

import pytest


def test_all_kinds(noisy):
    print("out")
    print("err", file=sys.stderr)
    os.write(1, b"out of a descriptor\n")
    logging.getLogger("loud").error("logged")
    raise AssertionError("sections follow")


def test_noise_of_a_pass(noisy):
    print("nobody sees it")


def test_nothing_is_left_over():
    raise AssertionError("no sections")


def test_broken_set_up_after_noise(noisy, breaks_after_finalizer):
    pass


def test_skip_after_noise(noisy):
    print("said")
    pytest.skip("enough")


def test_capsys(capsys, noisy):
    print("read")
    assert capsys.readouterr().out == "read\n"
    print("left over")
    raise AssertionError("shown")


def test_capfd(capfd):
    os.write(1, b"read")
    assert capfd.readouterr().out == "read"
    os.write(1, b"left over")
    raise AssertionError("shown")


def test_capsys_disabled(capsys):
    with capsys.disabled():
        pass
    print("after")
    raise AssertionError("shown")


def test_both_captures(capsys, capfd):
    pass


def test_caplog_phases(caplog, noisy):
    logging.getLogger("a").warning("in the call")
    assert [record.message for record in caplog.get_records("setup")] == ["set-up"]
    assert caplog.messages == []


def test_caplog_level(caplog):
    caplog.set_level(logging.DEBUG, "quiet")
    logging.getLogger("quiet").debug("heard")
    raise AssertionError("shown")


def test_caplog_level_is_back():
    logging.getLogger("quiet").debug("not heard")
    raise AssertionError("shown")


def test_bad_log():
    logging.getLogger("a").warning("%d", "no number")


def test_not_utf8():
    os.write(1, b"\xff\xfe and more\n")
    raise AssertionError("shown")


def test_recwarn(recwarn):
    import warnings

    warnings.warn("kept")
    assert len(recwarn) == 0


def test_property(record_property):
    record_property("key", "value")


def test_property_of_failure(record_property):
    record_property("key", "value")
    raise AssertionError
