"""Has pytest play a phase that is over: hooks and the report that they make are genuine, the outcome is what it was."""

from __future__ import annotations

import contextlib
import inspect
import os
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
    """When a phase began and ended, by perf_counter_ns, and what turns that into nanoseconds since the epoch."""

    offset_ns: int
    begin_ns: int
    end_ns: int

    def put_on(self, report: Any) -> None:
        report.start = (self.begin_ns + self.offset_ns) / 1e9
        report.stop = (self.end_ns + self.offset_ns) / 1e9
        report.duration = (self.end_ns - self.begin_ns) / 1e9


class VariableGone(Exception):
    """Some code of the test has taken away the variable, at which pytest stumbles after a teardown that went well."""


class Replay:
    """One for a session."""

    def __init__(self, session: Any, baseline: Baseline) -> None:
        self._session = session
        self._baseline = baseline
        self._logging = session.config.pluginmanager.get_plugin("logging-plugin")

    def report(self, item: Any, when: str, times: Times, hooks: PhaseHooks) -> bool:
        """Reports a phase that passed. False if a hook has made something else of it."""
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
            ihook.pytest_runtest_logreport(report=report)
            if runner.check_interactive_exception(call, report):
                # One that a hook has put there.
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
        """Plays a phase that ended in `error`, or in nothing. True if pytest finds that it passed.

        `hooks` are those that were called in it; `runs_itself` if its call was that of the item's own `runtest`.
        Raises `error` if it is one that ends the session.
        """
        if when != "setup" and is_plain:
            self.provide_stash(item)
        culprit = hooks.take_culprit(error)
        with contextlib.ExitStack() as stack:
            put_logs = stack.enter_context(self._baseline.handed_back())
            outcome = _Outcome(error, put_logs)
            stack.enter_context(hooks.stood_in_for(when, culprit, outcome.happen))
            if culprit is not None:
                # pytest's own part of the phase, if it came to that, ended well.
                outcome = _Outcome(None, lambda: None)
            if when == "call":
                if culprit is not None or runs_itself:
                    # Not in the place of its function, for which reports ask the item.
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
            item.ihook.pytest_runtest_logreport(report=report)
        return bool(report.passed)

    def _without_state(self, outcome: _Outcome, item: Any, when: str, **more: Any) -> Any:
        """The stack stays as it is: what was to be done with it is done."""
        session = self._session
        genuine = session._setupstate
        session._setupstate = _State(outcome)
        try:
            return runner.call_and_report(item, when, log=False, **more)
        finally:
            session._setupstate = genuine

    def _undo_fixture(self, item: Any, outcome: _Outcome) -> list[Any]:
        """For a fixture that a plan set up and that failed: pytest is to come to it again and find the outcome there.

        Returns the finalizers of those before it, which pytest finds in place and does not set up again.
        """
        frame = outcome.frame()
        fixturedef = frame.f_back.f_locals["fixturedef"]
        finalizers, _ = self._session._setupstate.stack.pop(item)
        added = list(fixturedef._finalizers)
        fixturedef._finalizers.clear()
        fixturedef.cached_result = None
        outcome.take_place_of_fixture(fixturedef, added)
        # The first is the item's own, the last that fixture's: both are pytest's to add.
        return finalizers[1:-1]

    def genuine_call(self, item: Any) -> None:
        """Leaves the call to pytest, and has it reported."""
        with self._baseline.handed_back():
            runner.call_and_report(item, "call", log=True)

    def genuine_teardown(self, item: Any, nextitem: Any) -> None:
        """Leaves the teardown to pytest, and has it reported."""
        self.provide_stash(item)
        session = self._session
        if session.shouldfail or session.shouldstop:
            nextitem = None
        with self._baseline.handed_back():
            runner.call_and_report(item, "teardown", log=True, nextitem=nextitem)

    def provide_stash(self, item: Any) -> None:
        """What pytest's log handling finds on an item, for one whose set-up went without it."""
        item.stash.setdefault(caplog_records_key, {})
        item.stash.setdefault(caplog_handler_key, self._logging.caplog_handler)


class _Outcome:
    """What became of a phase, to happen once more at the place where it did."""

    def __init__(self, error: BaseException | None, before: Any) -> None:
        self._before = before
        self._error = error
        self._traceback = None if error is None else error.__traceback__
        while self._traceback is not None and (
            is_ours(self._traceback.tb_frame) or is_callers(self._traceback.tb_frame)
        ):
            self._traceback = self._traceback.tb_next

    def frame(self) -> Any:
        """The outermost frame of pytest's or the project's that the error went through."""
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
                # pytest had something to say of what the function returned. It will say it again.
                self._error = None
                result = frame.f_locals.get("result")

        def function(**_: Any) -> Any:
            # Reports ask the item for it.
            item._obj = genuine
            self.happen()
            return result

        item._obj = function

    def take_place_of_fixture(self, fixturedef: Any, finalizers: list[Any]) -> None:
        genuine = fixturedef.func
        assert self._traceback is not None
        self._traceback = self._traceback.tb_next
        if self._traceback is None:
            # It did not yield, and will not.
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
        # Texts that show pytest's own frames name it.
        stand_in.__qualname__ = getattr(genuine, "__qualname__", stand_in.__qualname__)
        fixturedef.func = stand_in


class _State:
    """In place of pytest's SetupState."""

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
    """Takes the direct engine's frames out of a traceback."""
    entry = error.__traceback__
    while entry is not None:
        while entry.tb_next is not None and is_ours(entry.tb_next.tb_frame):
            entry.tb_next = entry.tb_next.tb_next
        entry = entry.tb_next
