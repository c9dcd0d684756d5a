"""Tests without fixtures and marks, one after another: each finds what it would find if it were the only one."""

import inspect
import logging
import os
import sys
import threading
import unittest.mock
import warnings

import pytest


def test_first():
    pass


def test_passes():
    pass


def test_fails():
    assert [1, 2] == [1, 3]


def test_passes_after_failure():
    assert not hasattr(sys, "last_value") or sys.last_value is not None


def test_writes():
    print("to stdout")
    print("to stderr", file=sys.stderr)


def test_fails_after_output():
    raise ValueError("only this one's output is shown")


def test_logs():
    logging.getLogger("following").warning("logged by one that passes")


def test_fails_after_log():
    logging.getLogger("following").error("logged by this one")
    raise ValueError("only this one's log is shown")


def test_skips():
    pytest.skip("in its midst")


def test_is_expected_to_fail():
    pytest.xfail("in its midst")


def test_after_outcomes():
    pass


def test_returns_something():
    return 1


def test_warns():
    warnings.warn("of this one", DeprecationWarning, stacklevel=2)


def test_warns_again():
    warnings.warn("of this one", DeprecationWarning, stacklevel=2)


def test_replaces_stdout():
    sys.stdout = sys.stderr


def test_stdout_after_replacement():
    print("still captured")
    assert 0


def test_adds_a_handler():
    logging.getLogger().addHandler(logging.NullHandler())


def test_logs_after_handler():
    logging.getLogger().error("seen by pytest's handlers")
    assert 0


def item_of_caller():
    frame = inspect.currentframe()
    while "pyfuncitem" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["pyfuncitem"]


def test_finds_its_item():
    item = item_of_caller()
    assert item.funcargs == {}
    assert item._request.fixturenames == []
    item.addfinalizer(lambda: print("finalized"))


def test_finalizer_fails():
    def fail():
        raise ValueError("in the teardown")

    item_of_caller().addfinalizer(fail)


def test_after_finalizer():
    pass


def test_adds_properties():
    item_of_caller().user_properties.append(("name", "value"))


def test_marks_itself():
    item_of_caller().add_marker(pytest.mark.xfail(reason="late"))
    assert 0


def test_marks_its_module():
    item_of_caller().parent.add_marker(pytest.mark.plain_mark)


def test_after_mark():
    assert [mark.name for mark in item_of_caller().iter_markers()] == ["plain_mark"]


def test_is_deep():
    def depth(count):
        try:
            return depth(count + 1)
        except RecursionError:
            return count

    assert depth(0) == -1


def test_replaces_putenv():
    unittest.mock.patch("os.putenv").start()


def test_after_putenv():
    unittest.mock.patch.stopall()
    assert "test_after_putenv (call)" in os.environ["PYTEST_CURRENT_TEST"]


def test_thread_fails():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()


def test_after_thread():
    pass


class TestInClass:
    def test_one(self):
        self.kept = 1

    def test_other(self):
        assert not hasattr(self, "kept")

    def test_fails(self):
        assert self is None

    def test_last(self):
        pass


def test_stops_everything_else():
    raise KeyError("and is the last one")


class TestRow:
    """The same for methods: each has an instance of its own, which stays as long as its item."""

    made = []
    gone = []

    def __del__(self):
        self.gone.append(id(self))

    def test_first(self):
        self.made.append(id(self))

    def test_second(self):
        self.word = "word"
        self.made.append(id(self))

    def test_third(self):
        assert not hasattr(self, "word")
        assert id(self) not in self.made
        gone = len(self.gone)
        assert gone == 0

    def test_finds_its_item(self):
        item = item_of_caller()
        assert item.instance is self
        assert item.obj.__self__ is self
        assert item.function is TestRow.test_finds_its_item
        assert item.parent.name == "TestRow"
        assert [node.name for node in item.listchain()[-2:]] == ["TestRow", "test_finds_its_item"]
        assert item in item.session._setupstate.stack

    def test_finds_another_item(self):
        items = [item for item in item_of_caller().session.items if item.parent.name == "TestRow"]
        ran, comes = items[0], items[-1]
        assert (ran.funcargs, ran._request) == (None, False)
        assert (comes.funcargs, comes._request.fixturenames) == ({}, [])
        assert comes.instance is not self
        assert ran.instance is not comes.instance

    def test_replaces_the_next(self):
        TestRow.test_is_replaced = lambda self: pytest.fail("it was found before")

    def test_is_replaced(self):
        pass

    def test_fails(self):
        print("before")
        made = len(self.made)
        assert made == 0

    def test_skips(self):
        pytest.skip("in its midst")

    def test_ends_the_row(self):
        self.gone.clear()
        assert 0
