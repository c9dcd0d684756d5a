"""Runs the three phases of a test: set-up, call and teardown."""

from __future__ import annotations

import operator
import os
import sys
import time
from typing import Any, Sequence

from _pytest import skipping
from _pytest.nodes import Node
from _pytest.outcomes import xfail
from _pytest.skipping import evaluate_xfail_marks, xfailed_key
from _pytest.threadexception import thread_exceptions
from _pytest.tmpdir import tmppath_result_key
from _pytest.unittest import TestCaseFunction
from _pytest.unraisableexception import unraisable_exceptions

from . import adapters, calls, cases, guards, setup_stack
from .baseline import VARIABLE, Baseline
from .passed import Pass, Reported
from .phase_hooks import AFTER, AT_FIRST, BEFORE, PhaseHooks
from .place import Place
from .replay import Replay, Times, VariableGone
from .traits import Traits

if guards.knows_items():
    from . import items

    LateFunction: Any = items.LateFunction
else:
    # No item of this version of pytest is late.
    items = LateFunction = None  # type: ignore[assignment]

# When set-up and call began and ended: set-up's two moments, then the call's.
Moments = tuple[int, int, int, int]

# In place of the number of phases that have been reported: the test has ended with its set-up.
_ENDED = -1


class Phases:
    """One for a session, on its main thread.

    `run` and `run_plain` return what is to be said of the test, or None if hooks have reported it. They raise errors
    that end the session.
    """

    def __init__(
        self, session: Any, baseline: Baseline, replay: Replay, around: adapters.Adapters, reported: Reported
    ) -> None:
        self._session = session
        self._baseline = baseline
        self._replay = replay
        self._adapters = around
        self._reported = reported
        self.set_depth(0)
        # Kept here and not in the module: some libraries replace these functions in every module that has them.
        self._now = time.perf_counter_ns
        self._wall_now = time.time_ns
        # What turns `_now` into nanoseconds since the epoch.
        self._clock_offset = 0
        config = session.config
        # Exceptions that nobody could catch. If pytest's plugin for them is off there are none, and a guard says so.
        self.unraisable = config.stash.get(unraisable_exceptions, ())
        self.thread_exceptions = config.stash.get(thread_exceptions, ())
        self._last_failed = getattr(config.pluginmanager.get_plugin("lfplugin"), "lastfailed", None)
        # Since pytest 9.2 the key is no text.
        self._failed_key = operator.attrgetter("id" if hasattr(Node, "id") else "nodeid")
        # The place of the last test, if that test left everything as the next test of the place needs it.
        self.settled: Place | None = None
        # Whether a plugin was registered since the test began.
        self.has_changed = False

    def set_depth(self, frames_of_hook_call: int) -> None:
        """Has tests begin as deep in the stack as under pytest, see calls.py. run_plain takes one frame, run two."""
        self._call_plain = calls.call_function(frames_of_hook_call, our_frames=2)
        self._call_function = calls.call_function(frames_of_hook_call, our_frames=3)
        self._call_item = calls.call_item(frames_of_hook_call, our_frames=3)

    def read_clocks(self) -> None:
        self._clock_offset = self._wall_now() - self._now()

    def plugins_changed(self) -> None:
        self.settled = None
        self.has_changed = True

    def run_plain(self, item: Any, nextitem: Any, place: Place) -> Pass | None:
        """A short form of `run`, for a test without fixtures or marks that follows another test of a settled place."""
        __tracebackhide__ = True
        baseline = self._baseline
        is_late = type(item) is LateFunction
        begin = self._now()
        baseline.refresh()
        if not is_late:
            self._session._setupstate.stack[item] = ([item.teardown], None)
        baseline.set_variable(item, "call")
        if "last_type" in sys.__dict__:
            _forget_last_exception()
        error: BaseException | None = None
        call_begin = self._now()
        try:
            self._call_plain(item)
        except BaseException as caught:
            error = caught
        moments = (begin, call_begin, call_begin, self._now())
        if error is not None or self.unraisable or self.thread_exceptions:
            self.settled = None
            if is_late:
                items.fill(item)
            self._report_set_up(item, place.hooks, moments)
            self._replay.phase(item, "call", error, self._times_of_call(moments), True, place.hooks)
            self._replay.genuine_teardown(item, nextitem)
            return None
        baseline.end_phase(item, "call")
        if type(item) is not LateFunction and item.own_markers:
            # The test has marked itself.
            xfailed = evaluate_xfail_marks(item)
            if xfailed is not None:
                self.settled = None
                self._report_unexpected_pass(item, place.hooks, moments, 0, xfailed)
                self._replay.genuine_teardown(item, nextitem)
                return None
        return self._finish(item, nextitem, place, moments, 0, True)

    def run(self, item: Any, nextitem: Any, traits: Traits) -> Pass | None:
        __tracebackhide__ = True
        place, plan = traits.place, traits.plan
        hooks = place.hooks
        # True if no code but the test's own will run, nodes above it included.
        is_plain = (
            plan is not None
            and plan.is_plain
            and not self._adapters.are_any
            and not hooks.take_part
            and list(self._session._setupstate.stack) == place.chain
        )
        begin, setup_end, reported = self._set_up(item, traits, is_plain)
        if reported == _ENDED:
            pass
        elif self.has_changed or (hooks.are_any and guards.is_overridden(item)):
            # The guards have seen another test than this is by now.
            if not reported:
                self._report_set_up(item, hooks, (begin, setup_end))
            self._replay.genuine_call(item)
        else:
            call_begin, call_end, error, recorded, xfailed = self._call(item, traits, is_plain)
            moments = (begin, setup_end, call_begin, call_end)
            if error is not None or recorded or self.unraisable or self.thread_exceptions:
                if not reported:
                    self._report_set_up(item, hooks, moments)
                if recorded:
                    cases.give_errors(item, recorded)
                times, calls_item = self._times_of_call(moments), _calls_item(item, traits)
                self._replay.phase(item, "call", error, times, is_plain, hooks, runs_itself=calls_item)
            else:
                self._baseline.end_phase(item, "call")
                if xfailed is None:
                    return self._finish(item, nextitem, place, moments, reported, is_plain)
                self._report_unexpected_pass(item, hooks, moments, reported, xfailed)
        self._replay.genuine_teardown(item, nextitem)
        return None

    # Set-up.

    def _set_up(self, item: Any, traits: Traits, is_plain: bool) -> tuple[int, int, int]:
        """Returns its begin and end, and how many phases have been reported; _ENDED if there must be no call."""
        __tracebackhide__ = True
        hooks = traits.place.hooks
        baseline = self._baseline
        error: BaseException | None = None
        begin = self._now()
        if is_plain:
            baseline.refresh()
        else:
            if not hooks.are_any:
                baseline.set_variable(item, "setup")
            baseline.begin_phase(item, "setup")
        try:
            self._set_up_item(item, traits)
        except BaseException as caught:
            error = caught
        end = self._now()
        if error is not None or self.unraisable or self.thread_exceptions:
            times = Times(self._clock_offset, begin, end)
            has_passed = self._replay.phase(item, "setup", error, times, is_plain, hooks)
            return begin, end, 1 if has_passed else _ENDED
        if not is_plain:
            baseline.end_phase(item, "setup")
        if not hooks.see_reports:
            return begin, end, 0
        has_passed = self._replay.report(item, "setup", Times(self._clock_offset, begin, end), hooks)
        return begin, end, 1 if has_passed else _ENDED

    def _set_up_item(self, item: Any, traits: Traits) -> None:
        __tracebackhide__ = True
        hooks = traits.place.hooks
        plan = traits.plan
        if hooks.are_any:
            names = list(getattr(item, "fixturenames", ()))
            hooks.has_looked_at_marks = False
            hooks.call("setup", AT_FIRST, item)
            # The hooks may have marked the item.
            skipping.pytest_runtest_setup(item)
            hooks.has_looked_at_marks = True
            hooks.call("setup", BEFORE, item)
            self._baseline.set_variable(item, "setup")
            if plan is not None and names != item.fixturenames:
                plan = None
            setup_stack.set_up(self._session._setupstate, item, plan, traits.place)
            hooks.call("setup", AFTER, item)
            return
        if traits.has_skip_marks:
            skipping.pytest_runtest_setup(item)
        elif xfailed_key in item.stash:
            # The item has run before, with a mark that the run itself has added.
            item.stash[xfailed_key] = None
        setup_stack.set_up(self._session._setupstate, item, plan, traits.place)

    # Call.

    def _call(self, item: Any, traits: Traits, is_plain: bool) -> tuple[int, int, BaseException | None, Any, Any]:
        """Returns its begin and end, the error that ended it, what unittest recorded, and the xfail mark that holds.

        The marks are looked at again after the call: the test's code may have added some.
        """
        __tracebackhide__ = True
        place = traits.place
        hooks = place.hooks
        baseline = self._baseline
        begin = self._now()
        # If there are hooks, the first of them see the variable as the phase before has left it.
        if not hooks.are_any:
            baseline.set_variable(item, "call")
        if not is_plain:
            baseline.begin_phase(item, "call")
        if "last_type" in sys.__dict__:
            _forget_last_exception()
        error: BaseException | None = None
        xfailed = None
        call = self._call_item if _calls_item(item, traits) else self._call_function
        try:
            if traits.has_skip_marks or not is_plain:
                xfailed = self._xfail_of(item, place)
            # Written out here: a function for this would be one more frame below the test.
            around = adapters.enter(self._adapters.around_call, item) if self._adapters.are_any else None
            try:
                if hooks.are_any:
                    hooks.call("call", BEFORE, item)
                    baseline.set_variable(item, "call")
                call(item)
                if hooks.are_any:
                    hooks.call("call", AFTER, item)
            finally:
                if around:
                    adapters.leave(around)
        except BaseException as caught:
            error = caught
        recorded = cases.take_errors(item) if type(item) is TestCaseFunction else None
        # Held here as pytest's frames hold it: so the test's instance lives until a collection of garbage.
        first_recorded = recorded[0] if recorded else None  # noqa: F841
        if not is_plain or traits.has_skip_marks:
            xfailed = xfailed or item.stash.get(xfailed_key, None)
            if xfailed is None and _may_be_xfail(item, place):
                xfailed = evaluate_xfail_marks(item)
        return begin, self._now(), error, recorded, xfailed

    def _xfail_of(self, item: Any, place: Place) -> Any:
        """Returns the xfail mark that pytest's wrapper of the call finds before the call."""
        __tracebackhide__ = True
        xfailed = item.stash.get(xfailed_key, None)
        if xfailed is None and _may_be_xfail(item, place):
            xfailed = evaluate_xfail_marks(item)
            if xfailed is not None:
                item.stash[xfailed_key] = xfailed
        if xfailed is not None and not xfailed.run:
            raise xfail.Exception("[NOTRUN] " + xfailed.reason, pytrace=False)
        return xfailed

    # Teardown.

    def _finish(
        self, item: Any, nextitem: Any, place: Place, moments: Moments, reported: int, is_plain: bool
    ) -> Pass | None:
        """Tears down a test whose call passed. Returns what `run` returns.

        `reported` says how many of the two phases before have been reported.
        """
        __tracebackhide__ = True
        hooks = place.hooks
        if hooks.see_reports:
            self._report_phases(item, hooks, moments, reported)
            reported = 2
        session = self._session
        if session.shouldfail or session.shouldstop:
            nextitem = None
        has_reports = bool(reported) or self._reported.has_reports()
        if type(item) is LateFunction and (nextitem is None or has_reports or self.has_changed):
            items.fill(item)
        if self.has_changed:
            # By now there may be hooks for the teardown.
            self._report_phases(item, hooks, moments, reported)
            self._replay.genuine_teardown(item, nextitem)
            return None
        error: BaseException | None = None
        begin = self._now()
        if type(item) is LateFunction:
            # The item was never on the set-up stack.
            item.funcargs = None
        else:
            is_plain = is_plain and setup_stack.leave(session._setupstate.stack, item, nextitem)
            if not is_plain:
                self.settled = None
                error = self._tear_down(item, nextitem, hooks, reported)
        end = self._now()
        if error is not None or self.unraisable or self.thread_exceptions:
            self.settled = None
            self._report_phases(item, hooks, moments, reported)
            times = Times(self._clock_offset, begin, end)
            self._replay.phase(item, "teardown", error, times, is_plain, hooks, nextitem=nextitem)
            return None
        if not is_plain:
            self._baseline.end_phase(item, "teardown")
        if has_reports or (type(item) is not LateFunction and item.user_properties) or self._reported.has_reports():
            self._report_phases(item, hooks, moments, reported)
            self._replay.report(item, "teardown", Times(self._clock_offset, begin, end), hooks)
            return None
        if self._last_failed:
            self._last_failed.pop(self._failed_key(item), None)
        setup_begin, setup_end, call_begin, call_end = moments
        return Pass(
            setup_begin + self._clock_offset,
            setup_end - setup_begin,
            call_end - call_begin,
            end - begin,
            place.location(item),
        )

    def _tear_down(self, item: Any, nextitem: Any, hooks: PhaseHooks, reported: int) -> BaseException | None:
        """Returns the error that ended it, or None."""
        __tracebackhide__ = True
        self._replay.provide_stash(item)
        baseline = self._baseline
        if not hooks.are_any:
            baseline.set_variable(item, "teardown")
        baseline.begin_phase(item, "teardown")
        if reported < 2:
            item.stash[tmppath_result_key] = {"setup": True, "call": True}
        error: BaseException | None = None
        try:
            if hooks.are_any:
                if type(nextitem) is LateFunction and nextitem is not None:
                    items.fill(nextitem)
                hooks.call("teardown", BEFORE, item, nextitem)
                baseline.set_variable(item, "teardown")
            state = self._session._setupstate
            if not setup_stack.leave(state.stack, item, nextitem):
                state.teardown_exact(nextitem)
            if VARIABLE not in os.environ:
                raise VariableGone
            if hooks.are_any or hooks.see_reports:
                # Without hooks nobody looks before the next test sets it.
                del os.environ[VARIABLE]
                hooks.call("teardown", AFTER, item, nextitem)
        except BaseException as caught:
            error = caught
        return error

    # Reports of phases that have ended.

    def _report_set_up(self, item: Any, hooks: PhaseHooks, moments: Sequence[int]) -> None:
        """Reports a set-up that passed, before all that was reported since (subtests)."""
        times = Times(self._clock_offset, moments[0], moments[1])
        self._reported.report_first(lambda: self._replay.report(item, "setup", times, hooks))

    def _report_phases(self, item: Any, hooks: PhaseHooks, moments: Moments, reported: int) -> None:
        """Reports set-up and call, which passed, as far as they have not been reported."""
        if reported < 1:
            self._report_set_up(item, hooks, moments)
        if reported < 2:
            self._replay.report(item, "call", self._times_of_call(moments), hooks)

    def _report_unexpected_pass(
        self, item: Any, hooks: PhaseHooks, moments: Moments, reported: int, xfailed: Any
    ) -> None:
        """The test was expected to fail: pytest has to say so before the teardown, which may depend on that."""
        item.stash[xfailed_key] = xfailed
        self._report_phases(item, hooks, moments, reported)

    def _times_of_call(self, moments: Moments) -> Times:
        return Times(self._clock_offset, moments[2], moments[3])


def _calls_item(item: Any, traits: Traits) -> bool:
    return traits.runs_itself or type(item) is TestCaseFunction


def _may_be_xfail(item: Any, place: Place) -> bool:
    """Returns False if there is no such mark. The test's code may have added one."""
    if "xfail" in place.mark_names or not place.is_current():
        return True
    return any(mark.name == "xfail" for mark in item.own_markers)


def _forget_last_exception() -> None:
    """Does what pytest does before each call."""
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if name not in sys.__dict__:
            return
        delattr(sys, name)
