"""Has pytest play a phase that is over, with the outcome that it had: the hooks and their report are genuine."""

from __future__ import annotations

import contextlib
import inspect
import os
from types import SimpleNamespace
from typing import Any, NamedTuple

from _pytest import runner
from _pytest.fixtures import call_fixture_func
from _pytest.logging import caplog_handler_key, caplog_records_key
from _pytest.python import pytest_pyfunc_call
from _pytest.runner import CallInfo

from .baseline import VARIABLE, Baseline
from .phase_hooks import PhaseHooks, is_callers

_OUR_DIRECTORY = os.path.dirname(os.path.abspath(__file__)) + os.sep


class Times(NamedTuple):
    """When a phase began and ended, by perf_counter_ns. The offset turns that into nanoseconds since the epoch."""

    offset_ns: int
    begin_ns: int
    end_ns: int

    def put_on(self, report: Any) -> None:
        report.start = (self.begin_ns + self.offset_ns) / 1e9
        report.stop = (self.end_ns + self.offset_ns) / 1e9
        report.duration = (self.end_ns - self.begin_ns) / 1e9


class VariableGone(Exception):
    """The test's code has removed PYTEST_CURRENT_TEST. pytest fails on that after a teardown that went well."""


class Replay:
    """One for a session."""

    def __init__(self, session: Any, baseline: Baseline) -> None:
        self._session = session
        self._baseline = baseline
        self._logging = session.config.pluginmanager.get_plugin("logging-plugin")
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        text = getattr(getattr(reporter, "_tw", None), "_file", None)
        # What a silenced reporter writes to, see session/silent_terminal.py.
        self._terminal: Any = text if hasattr(text, "is_captured") else SimpleNamespace()

    def report(self, item: Any, when: str, times: Times, hooks: PhaseHooks) -> bool:
        """Reports a phase that passed. Returns False if a hook has made something else of it."""
        call = CallInfo(
            result=None,
            excinfo=None,
            start=0.0,
            stop=0.0,
            duration=0.0,
            when=when,
            _ispytest=True,  # type: ignore[arg-type]
        )
        times.put_on(call)
        ihook = item.ihook
        with self._baseline.set_aside() if hooks.see_reports else contextlib.nullcontext():
            report = ihook.pytest_runtest_makereport(item=item, call=call)
            self._log(ihook, report)
            if runner.check_interactive_exception(call, report):
                # A hook has put an exception there.
                ihook.pytest_exception_interact(node=item, call=call, report=report)
        return bool(report.passed)

    def phase(
        self,
        item: Any,
        when: str,
        error: BaseException | None,
        times: Times,
        is_plain: bool,
        hooks: PhaseHooks,
        *,
        nextitem: Any = None,
        runs_itself: bool = False,
    ) -> bool:
        """Plays a phase that ended in `error`, if it is not None. Returns True if pytest finds that the phase passed.

        `hooks` were called in the phase. `runs_itself`: the engine called the item's own `runtest`. Raises `error` if
        that ends the session.
        """
        if when != "setup" and is_plain:
            self.provide_stash(item)
        culprit = hooks.take_culprit(error)
        with contextlib.ExitStack() as stack:
            put_logs = stack.enter_context(self._baseline.handed_back())
            outcome = _Outcome(error, put_logs)
            stack.enter_context(hooks.stood_in_for(when, culprit, outcome.happen))
            if culprit is not None:
                # pytest's own part of the phase ended well, or was not reached.
                outcome = _Outcome(None, lambda: None)
            if when == "call":
                if culprit is not None or runs_itself:
                    # The item's function stays, since reports ask for it.
                    item.runtest = outcome.happen
                    report = runner.call_and_report(item, when, log=False)
                    del item.runtest
                else:
                    outcome.take_place_of_function(item)
                    report = runner.call_and_report(item, when, log=False)
            elif when == "setup":
                if outcome.frame_is_of(call_fixture_func):
                    early = self._undo_fixture(item, outcome)
                    try:
                        report = runner.call_and_report(item, when, log=False)
                    finally:
                        self._session._setupstate.stack[item][0][1:1] = early
                else:
                    report = self._without_state(outcome, item, when)
            else:
                if isinstance(error, VariableGone):
                    outcome = _Outcome(None, lambda: (put_logs(), os.environ.pop(VARIABLE, None)))
                report = self._without_state(outcome, item, when, nextitem=nextitem)
            times.put_on(report)
            self._log(item.ihook, report)
        return bool(report.passed)

    def _log(self, ihook: Any, report: Any) -> None:
        """The capture may still go on, but pytest's has ended when its reporter writes of a test."""
        self._terminal.is_captured = False
        try:
            ihook.pytest_runtest_logreport(report=report)
        finally:
            self._terminal.is_captured = True

    def _without_state(self, outcome: _Outcome, item: Any, when: str, **more: Any) -> Any:
        """The set-up stack stays as it is: the phase has already changed it."""
        session = self._session
        genuine = session._setupstate
        session._setupstate = _State(outcome)
        try:
            return runner.call_and_report(item, when, log=False, **more)
        finally:
            session._setupstate = genuine

    def _undo_fixture(self, item: Any, outcome: _Outcome) -> list[Any]:
        """For a fixture that a plan set up and that failed: has pytest set it up again and find the same outcome.

        Returns the finalizers of the fixtures before it. pytest finds these fixtures in place.
        """
        frame = outcome.frame()
        fixturedef = frame.f_back.f_locals["fixturedef"]
        finalizers, _ = self._session._setupstate.stack.pop(item)
        added = list(fixturedef._finalizers)
        fixturedef._finalizers.clear()
        fixturedef.cached_result = None
        outcome.take_place_of_fixture(fixturedef, added)
        # pytest itself adds the first, which is the item's, and the last, which is that fixture's.
        return finalizers[1:-1]

    def genuine_call(self, item: Any) -> None:
        """Leaves the call to pytest, and its report."""
        with self._baseline.handed_back():
            runner.call_and_report(item, "call", log=True)

    def genuine_teardown(self, item: Any, nextitem: Any) -> None:
        """Leaves the teardown to pytest, and its report."""
        self.provide_stash(item)
        session = self._session
        if session.shouldfail or session.shouldstop:
            nextitem = None
        with self._baseline.handed_back():
            runner.call_and_report(item, "teardown", log=True, nextitem=nextitem)

    def provide_stash(self, item: Any) -> None:
        """Gives an item what pytest's log handling needs, if its set-up went without that."""
        item.stash.setdefault(caplog_records_key, {})
        item.stash.setdefault(caplog_handler_key, self._logging.caplog_handler)


class _Outcome:
    """The outcome of a phase, to happen once more at the place where it happened."""

    def __init__(self, error: BaseException | None, before: Any) -> None:
        self._before = before
        self._error = error
        self._traceback = None if error is None else error.__traceback__
        while self._traceback is not None and (
            is_ours(self._traceback.tb_frame) or is_callers(self._traceback.tb_frame)
        ):
            self._traceback = self._traceback.tb_next

    def frame(self) -> Any:
        """Returns the outermost frame that the error went through, of pytest or the project."""
        return None if self._traceback is None else self._traceback.tb_frame

    def frame_is_of(self, function: Any) -> bool:
        frame = self.frame()
        return frame is not None and frame.f_code is function.__code__

    def happen(self) -> None:
        self._before()
        if self._error is not None:
            raise self._error.with_traceback(self._traceback)

    def take_place_of_function(self, item: Any) -> None:
        genuine = item.obj
        result = None
        if self.frame_is_of(pytest_pyfunc_call):
            assert self._traceback is not None
            frame, self._traceback = self._traceback.tb_frame, self._traceback.tb_next
            if self._traceback is None:
                # pytest said something about the function's result. It will say that again.
                self._error = None
                result = frame.f_locals.get("result")

        def function(**_: Any) -> Any:
            # Reports ask the item for the genuine function.
            item._obj = genuine
            self.happen()
            return result

        item._obj = function

    def take_place_of_fixture(self, fixturedef: Any, finalizers: list[Any]) -> None:
        genuine = fixturedef.func
        assert self._traceback is not None
        self._traceback = self._traceback.tb_next
        if self._traceback is None:
            # The fixture did not yield, and its stand-in will not.
            self._error = None

        def begin() -> None:
            fixturedef.func = genuine
            fixturedef._finalizers.extend(finalizers)
            self.happen()

        def function(**_: Any) -> Any:
            begin()

        def generator(**_: Any) -> Any:
            begin()
            yield from ()

        stand_in = generator if inspect.isgeneratorfunction(genuine) else function
        # Texts that show pytest's own frames have this name.
        stand_in.__qualname__ = getattr(genuine, "__qualname__", stand_in.__qualname__)
        fixturedef.func = stand_in


class _State:
    """Stands in for pytest's SetupState."""

    def __init__(self, outcome: _Outcome) -> None:
        self._outcome = outcome
        self.stack: dict[Any, Any] = {}

    def setup(self, item: Any) -> None:
        self._outcome.happen()

    def teardown_exact(self, nextitem: Any) -> None:
        self._outcome.happen()


def is_ours(frame: Any) -> bool:
    return bool(frame.f_code.co_filename.startswith(_OUR_DIRECTORY))


def hide_frames(error: BaseException) -> None:
    """Removes the direct engine's frames from a traceback."""
    entry = error.__traceback__
    while entry is not None:
        while entry.tb_next is not None and is_ours(entry.tb_next.tb_frame):
            entry.tb_next = entry.tb_next.tb_next
        entry = entry.tb_next
