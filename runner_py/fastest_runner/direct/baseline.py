"""The baseline: the state in which pytest begins each phase of each test. It is held for many tests.

For every test pytest resumes and suspends its capture, adds and removes its log handlers, and copies the warning
filters. Nearly always the state that pytest restores is there already, and to see that is cheaper than to restore it.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import operator
import os
import sys
import warnings
from typing import Any

from _pytest import assertion
from _pytest.logging import caplog_handler_key, caplog_records_key, catching_logs
from _pytest.warnings import catch_warnings_for_item, parse_warning_filter

VARIABLE = "PYTEST_CURRENT_TEST"
_KEY = VARIABLE.encode()
_ENCODING = sys.getfilesystemencoding()

_propagates = operator.attrgetter("propagate")


class Baseline:
    """Open while direct tests run, and closed while anything else runs. One for a session, on its main thread."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self._capture = _Capture(config.pluginmanager.get_plugin("capturemanager"))
        self._logs = _Logs(config.pluginmanager.get_plugin("logging-plugin"))
        self._warnings: Any = None
        self._assertion: Any = None
        # Kept here: a test may replace os.environ.
        self._environ = os.environ
        self.log: list[Any] = []
        self.is_open = False

    def open(self, item: Any) -> None:
        """`item` is the first item that runs in here. All the others have the same hooks."""
        self._warnings = catch_warnings_for_item(self._config, item.ihook, when="runtest", item=None)
        self._warnings.__enter__()
        self._filters = warnings.filters
        self._filters_before = list(warnings.filters)
        self._showwarning = warnings.showwarning
        self._record = warnings._showwarnmsg_impl  # type: ignore[attr-defined]
        self.log = self._record.__self__
        # pytest's own wrapper. It asks the hooks for the text of a failed comparison.
        protocol = getattr(assertion.pytest_runtest_protocol, "__wrapped__", assertion.pytest_runtest_protocol)
        self._assertion = protocol(item)
        next(self._assertion)
        self._capture.open()
        self._logs.open()
        self.is_open = True

    def close(self) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._logs.close()
        self._capture.close()
        self._assertion.close()
        self._warnings.__exit__(None, None, None)
        self._environ.pop(VARIABLE, None)

    # A test.

    def begin_test(self, item: Any, has_filters: bool) -> None:
        # A warning that the last test has shown may be shown again.
        warnings._filters_mutated()  # type: ignore[attr-defined]
        if has_filters:
            for mark in item.iter_markers(name="filterwarnings"):
                for argument in mark.args:
                    warnings.filterwarnings(*parse_warning_filter(argument, escape=False))

    def end_test(self, item: Any) -> None:
        filters = warnings.filters
        if (
            filters is not self._filters
            or filters != self._filters_before
            or warnings.showwarning is not self._showwarning
            or warnings._showwarnmsg_impl is not self._record  # type: ignore[attr-defined]
        ):
            self._filters[:] = self._filters_before  # type: ignore[index]
            warnings.filters = self._filters
            warnings.showwarning = self._showwarning
            warnings._showwarnmsg_impl = self._record  # type: ignore[attr-defined]
            warnings._filters_mutated()  # type: ignore[attr-defined]
        if self.log:
            recorded = list(self.log)
            self.log.clear()
            for warning in recorded:
                item.ihook.pytest_warning_recorded.call_historic(
                    kwargs={"warning_message": warning, "nodeid": item.nodeid, "when": "runtest", "location": None}
                )

    # A phase.

    def set_variable(self, item: Any, when: str) -> None:
        """Sets PYTEST_CURRENT_TEST, for a phase in which code of the project can run."""
        value = f"{item.nodeid} ({when})"
        if os.environ is not self._environ or "\x00" in value:
            os.environ[VARIABLE] = value.replace("\x00", "(null)")
            return
        encoded = value.encode(_ENCODING, "surrogateescape")
        os.putenv(_KEY, encoded)
        self._environ._data[_KEY] = encoded  # type: ignore[attr-defined]

    def begin_phase(self, item: Any, when: str) -> None:
        """For phases in which fixtures may look at capture and logs. `when` is "setup", "call" or "teardown"."""
        self._capture.begin()
        self._logs.begin(item, when)

    def end_phase(self, item: Any, when: str) -> None:
        self._capture.end(item, when)
        self._logs.end(item, when)

    def refresh(self) -> None:
        """Instead of begin_phase, for tests that cannot look at capture and logs."""
        self._logs.refresh()

    @contextlib.contextmanager
    def set_aside(self) -> Any:
        """For code that pytest runs between two phases: nothing is captured, and no handler is attached."""
        self._logs.close()
        self._capture.close()
        try:
            yield
        finally:
            self._capture.open()
            self._logs.open()

    @contextlib.contextmanager
    def handed_back(self) -> Any:
        """For a phase that pytest plays itself: its wrappers find the state between two phases.

        Gives a function that puts the logs so far into pytest's handlers, once these are attached again. The captured
        output so far is still where pytest looks for it.
        """
        put_logs = self._logs.take()
        try:
            yield put_logs
        finally:
            self._logs.open()
            self._capture.reopen()


class _Capture:
    """pytest's global capture, resumed."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._capturing: Any = None
        self._is_clean: Any = None

    def open(self) -> None:
        self._manager.resume_global_capture()
        if self._manager._global_capturing is not self._capturing:
            self._capturing = self._manager._global_capturing
            self._is_clean = _clean_check(self._capturing)

    reopen = open

    def close(self) -> None:
        self._manager.suspend_global_capture(in_=False)

    def begin(self) -> None:
        if self._manager._capture_fixture is not None:
            self._manager.activate_fixture()

    def end(self, item: Any, when: str) -> None:
        manager = self._manager
        if manager._capture_fixture is not None:
            manager.deactivate_fixture()
        if manager._global_capturing is self._capturing and self._is_clean():
            return
        manager.suspend_global_capture(in_=False)
        out, err = manager.read_global_capture()
        item.add_report_section(when, "stdout", out)
        item.add_report_section(when, "stderr", err)
        self.open()


def _clean_check(capturing: Any) -> Any:
    """Returns a function that is true if nothing was captured and the streams are still pytest's."""
    out, err = capturing.out, capturing.err
    if out is None and err is None:
        return lambda: True
    out_file, err_file = out.tmpfile, err.tmpfile
    if not hasattr(out, "targetfd"):
        out_bytes, err_bytes = out_file.buffer, err_file.buffer
        return lambda: (
            sys.stdout is out_file
            and sys.stderr is err_file
            and capturing._state == "started"
            and not out_bytes.getbuffer().nbytes
            and not err_bytes.getbuffer().nbytes
        )
    same = _same_file_check(out_file.fileno(), err_file.fileno())
    # Bound here: a test may patch the module.
    lseek, end = os.lseek, os.SEEK_END

    def is_clean() -> bool:
        try:
            return (
                sys.stdout is out_file
                and sys.stderr is err_file
                and capturing._state == "started"
                and not lseek(1, 0, end)
                and not lseek(2, 0, end)
                and same()
            )
        except OSError:
            return False

    return is_clean


def _same_file_check(out_fd: int, err_fd: int) -> Any:
    """Returns a function that is true if descriptors 1 and 2 are still pytest's files.

    The files have a token that belongs to the open file and not to the descriptor: the owner, which nobody sets or
    reads on a plain file. To read it costs a third of fstat.
    """
    token = os.getpid()
    ask, owner = fcntl.fcntl, fcntl.F_GETOWN
    try:
        for fd in (out_fd, err_fd):
            ask(fd, fcntl.F_SETOWN, token)
        if all(ask(fd, owner) == token for fd in (out_fd, err_fd)):
            return lambda: ask(1, owner) == token and ask(2, owner) == token
    except OSError:
        pass
    status = os.fstat
    out_is, err_is = _identity(status(out_fd)), _identity(status(err_fd))
    return lambda: _identity(status(1)) == out_is and _identity(status(2)) == err_is


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


class _Logs:
    """pytest's two log handlers, attached."""

    def __init__(self, plugin: Any) -> None:
        self._caplog = plugin.caplog_handler
        self._report = plugin.report_handler
        # None: no level is asked for, and levels that tests set stay.
        self._level = plugin.log_level
        self._root_level = 0
        self._root = logging.getLogger()
        self._contexts: list[Any] = []
        self._handlers: list[Any] = []
        self._seen: list[Any] = []
        self._loggers: list[Any] = []
        self._propagation: list[bool] = []

    def open(self) -> None:
        self._caplog.reset()
        self._report.reset()
        self._attach()

    def close(self) -> None:
        for context in reversed(self._contexts):
            context.__exit__(None, None, None)
        self._contexts.clear()

    def _attach(self) -> None:
        self._contexts = [
            catching_logs(self._caplog, level=self._level),
            catching_logs(self._report, level=self._level),
        ]
        for context in self._contexts:
            context.__enter__()
        self._root_level = self._root.level
        self._handlers = list(self._root.handlers)
        self._seen = list(self._root.manager.loggerDict.values())
        self._loggers = [logger for logger in self._seen if isinstance(logger, logging.Logger)]
        self._propagation = list(map(_propagates, self._loggers))

    def refresh(self) -> None:
        """Attaches again if somebody has changed handlers, or made loggers that do not propagate their records."""
        if (
            self._root.handlers != self._handlers
            or list(self._root.manager.loggerDict.values()) != self._seen
            or list(map(_propagates, self._loggers)) != self._propagation
        ):
            self.close()
            self._attach()
        elif self._level is not None:
            self._set_levels()

    def _set_levels(self) -> None:
        """Sets levels as pytest does for each phase, if a level is asked for."""
        for handler in (self._caplog, self._report):
            if handler.level != self._level:
                handler.setLevel(self._level)
        if self._root.level != self._root_level:
            self._root.setLevel(self._root_level)

    def begin(self, item: Any, when: str) -> None:
        self.refresh()
        # New records each time: a fixture may have kept those of the last phase.
        self._caplog.reset()
        self._report.reset()
        stash = item.stash
        if when == "setup":
            stash[caplog_records_key] = {}
        stash[caplog_records_key][when] = self._caplog.records
        stash[caplog_handler_key] = self._caplog

    def end(self, item: Any, when: str) -> None:
        if self._report.records or self._caplog.records:
            item.add_report_section(when, "log", self._report.stream.getvalue().strip())
            self._caplog.reset()
            self._report.reset()

    def take(self) -> Any:
        """Detaches the handlers. See Baseline.handed_back for the result."""
        self.close()
        text, records = self._report.stream.getvalue(), list(self._caplog.records)
        caplog_text = self._caplog.stream.getvalue()

        def put() -> None:
            self._report.stream.write(text)
            self._caplog.stream.write(caplog_text)
            self._caplog.records.extend(records)

        return put
