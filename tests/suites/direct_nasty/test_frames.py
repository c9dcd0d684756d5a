"""How a test is called: frames, depth and places that warnings name. What is seen stands in the text of failures."""

import inspect
import sys
import traceback
import warnings

import pytest


def deep(level):
    try:
        return deep(level + 1)
    except RecursionError:
        return level


def depth():
    frame, count = sys._getframe(1), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def test_how_deep():
    assert deep(0) < 0, "shown"


def test_depth():
    assert depth() < 0, "shown"


def test_depth_with_fixture(needs_wide):
    assert depth() < 0, "shown"


@pytest.mark.parametrize("value", [1, 2])
def test_depth_with_parameter(value):
    assert depth() < 0, "shown"


class TestMethod:
    def test_depth(self):
        assert depth() < 0, "shown"


def test_caller():
    assert inspect.stack()[1].function == "", "shown"


def test_caller_module():
    assert sys._getframe(1).f_globals["__name__"] == "", "shown"


def test_caller_of_fixture(caller_of_fixture):
    assert caller_of_fixture == "", "shown"


def test_warning_of_caller():
    warnings.warn("blames the caller", stacklevel=2)


def test_warning_of_fixture(warns_in_set_up):
    pass


def test_infinite_recursion():
    def forever():
        forever()

    forever()


def test_group():
    raise ExceptionGroup("group", [ValueError("one"), ExceptionGroup("inner", [KeyError("two")])])


def test_group_in_set_up(group_in_set_up):
    pass


def test_chain():
    try:
        try:
            raise KeyError("first")
        finally:
            raise ValueError("second")
    except ValueError as error:
        raise RuntimeError("third") from error


def test_exception_from_compiled():
    exec(compile("raise ValueError('no file')", "<made up>", "exec"))


def test_hidden_frame():
    def check():
        __tracebackhide__ = True
        raise ValueError("hidden")

    check()


def test_traceback_of_caught():
    try:
        raise ValueError
    except ValueError as error:
        assert len(traceback.extract_tb(error.__traceback__)) == 1


def test_last_type_before():
    assert hasattr(sys, "last_type") is None, "shown"


def test_returns_something():
    return 1


@pytest.mark.filterwarnings("error")
def test_returns_something_as_error():
    return 1


def test_pytrace():
    pytest.fail("without traceback", pytrace=False)
