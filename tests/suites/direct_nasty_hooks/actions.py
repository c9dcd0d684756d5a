"""What hooks do for the tests that ask for it."""

import logging
import os
import sys
import warnings

import pytest

LOG = logging.getLogger("hooks")
RECORD = pytest.StashKey()


class Broken:
    def __del__(self):
        raise ValueError("from a finalizer")


def fail_below():
    raise LookupError("below a hook")


def act(item, when, what):
    if what == "print":
        print(f"printed in {when} of {item.name}")
        print(f"to stderr in {when}", file=sys.stderr)
    elif what == "log":
        LOG.warning("logged in %s", when)
    elif what == "warn":
        warnings.warn(f"warned in {when}", UserWarning, stacklevel=1)
    elif what == "warn_caller":
        warnings.warn(f"warned in {when}", UserWarning, stacklevel=3)
    elif what == "raise":
        raise ValueError(f"raised in {when}")
    elif what == "raise_below":
        fail_below()
    elif what == "chain":
        try:
            fail_below()
        except LookupError as error:
            raise RuntimeError(f"chained in {when}") from error
    elif what == "group":
        raise BaseExceptionGroup("several", [ValueError("one"), KeyError("two")])
    elif what == "assert":
        assert item.name == f"another in {when}"
    elif what == "fail":
        pytest.fail(f"failed in {when}")
    elif what == "fail_short":
        pytest.fail(f"failed in {when}", pytrace=False)
    elif what == "skip":
        pytest.skip(f"skipped in {when}")
    elif what == "xfail":
        pytest.xfail(f"xfailed in {when}")
    elif what == "mark_xfail":
        item.add_marker(pytest.mark.xfail(reason=f"marked in {when}"))
    elif what == "mark_skip":
        item.add_marker(pytest.mark.skip(reason=f"marked in {when}"))
    elif what == "property":
        item.user_properties.append((when, item.name))
    elif what == "section":
        item.add_report_section(when, "hook", f"a section of {when}")
    elif what == "finalizer":
        Broken()
    elif what == "variable":
        # pytest sets it after these hooks.
        print(os.environ.get("PYTEST_CURRENT_TEST"))
        item.user_properties.append(("variable", os.environ.get("PYTEST_CURRENT_TEST")))
    elif what == "funcargs":
        item.stash[RECORD].append(sorted(item.funcargs))
    elif what == "fixture":
        item.fixturenames.append("late")
    elif what == "runtest":
        genuine = item.runtest
        item.runtest = lambda: (print("before"), genuine(), print("after"))
    elif what == "plugin":
        item.config.pluginmanager.register(Registered(), f"of {item.name}")
    elif what == "callers":
        frame = sys._getframe(1)
        assert [frame.f_code.co_name, frame.f_back.f_code.co_name] == ["pytest_runtest_" + when, "_multicall"]
    elif what == "capture":
        manager = item.config.pluginmanager.getplugin("capturemanager")
        with manager.global_and_fixture_disabled():
            pass
        print("after it")


class Registered:
    def pytest_runtest_call(self, item):
        print(f"a plugin sees the call of {item.name}")

    def pytest_runtest_teardown(self, item):
        print(f"a plugin sees the teardown of {item.name}")
        item.config.pluginmanager.unregister(self)
