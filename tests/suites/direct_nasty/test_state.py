"""What tests leave behind, and what the next one finds."""

import logging
import os
import sys
import warnings

import pytest


def test_current_test():
    assert os.environ["PYTEST_CURRENT_TEST"] == "", "shown"


def test_current_test_in_set_up(seen_by_set_up):
    assert seen_by_set_up == "", "shown"


def test_takes_variable_away_in_call():
    del os.environ["PYTEST_CURRENT_TEST"]


def test_variable_is_back():
    assert os.environ["PYTEST_CURRENT_TEST"].endswith("(call)")


def test_clears_environment(monkeypatch):
    for name in list(os.environ):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    assert list(os.environ) == ["PYTEST_CURRENT_TEST"]


def test_filter_leaks():
    warnings.simplefilter("error")


def test_filter_has_not_leaked():
    warnings.warn("only a warning")


def test_showwarning_leaks():
    warnings.showwarning = lambda *args, **kwargs: None


def test_showwarning_has_not_leaked():
    warnings.warn("is recorded")


def warn_once():
    warnings.warn("at one place")


def test_once_1():
    warn_once()
    warn_once()


def test_once_2():
    warn_once()


@pytest.mark.filterwarnings("ignore:quiet")
def test_filter_of_mark():
    warnings.warn("quiet")
    warnings.warn("loud")


@pytest.mark.filterwarnings("error::UserWarning")
def test_filter_of_mark_error():
    warnings.warn("an error")


def test_filter_of_mark_is_gone():
    warnings.warn("quiet")


def test_stdout_leaks():
    sys.stdout = sys.__stderr__
    print("nowhere", file=sys.stderr)


def test_stdout_is_back():
    print("captured")
    assert sys.stdout is sys.__stdout__, "shown"


def test_descriptor_leaks():
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.close(null)
    os.write(1, b"lost\n")


def test_descriptor_is_back():
    os.write(1, b"kept\n")
    raise AssertionError("shows what was written")


def test_descriptor_closed():
    os.close(2)


def test_descriptor_open_again():
    os.write(2, b"kept too\n")
    raise AssertionError("shows what was written")


def test_seeks_in_stdout():
    os.write(1, b"before\n")
    os.lseek(1, 0, os.SEEK_SET)
    raise AssertionError("shows what was written")


def test_handlers_leak():
    logging.getLogger().handlers.clear()
    logging.getLogger().addHandler(logging.NullHandler())


def test_handlers_are_back():
    logging.getLogger("a.b").warning("heard")
    raise AssertionError("shows what was logged")


def test_does_not_propagate():
    logger = logging.getLogger("alone")
    logger.propagate = False


def test_is_heard_all_the_same(caplog):
    logging.getLogger("alone").warning("heard")
    assert caplog.messages == []


def test_is_heard_in_a_plain_test():
    logging.getLogger("alone").warning("heard")
    raise AssertionError("shows what was logged")


def test_level_leaks():
    logging.getLogger().setLevel(logging.DEBUG)


def test_level_has_leaked():
    logging.getLogger("x").debug("detail")
    raise AssertionError("shows what was logged")


def test_level_goes_back():
    logging.getLogger().setLevel(logging.WARNING)


def test_recursion_limit(monkeypatch):
    sys.setrecursionlimit(400)


def test_recursion_limit_has_leaked():
    assert sys.getrecursionlimit() < 0, "shown"


def test_recursion_limit_goes_back():
    sys.setrecursionlimit(1000)
