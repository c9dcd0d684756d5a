"""The direct engine: runs a test's three phases without pytest's hooks, and reports only what did not simply pass.

This module chooses how a test runs, and prepares the process. phases.py runs the test. If a phase does not simply pass,
pytest plays it once more with the outcome that it had (replay.py): the report, its text and all that hooks make of it
are genuine, and no code of the project runs a second time.
"""

from __future__ import annotations

from typing import Any

from _pytest import python
from _pytest.python import Function, is_async_function
from _pytest.skipping import xfailed_key
from _pytest.unittest import TestCaseFunction

from . import adapters, guards
from .baseline import Baseline
from .passed import Pass, Reported
from .phases import LateFunction, Phases, items
from .place import Place
from .replay import Replay, hide_frames
from .setup_stack import is_set_up
from .traits import SKIP_MARKS, Survey, Traits

# A place with one of these marks is never settled: its tests are not plain.
_UNSETTLING_MARKS = SKIP_MARKS | {"filterwarnings"}


class DirectEngine:
    """One for a session, on its main thread. `run` returns whether it ran a test; `passed` is then the result."""

    def __init__(self, session: Any, reported: Reported) -> None:
        """Precondition: guards.session_reason has nothing against this session."""
        self._session = session
        self._survey = Survey(reported.are_summed_up())
        self._adapters = adapters.Adapters(session.config)
        self._baseline = Baseline(session.config)
        self._phases = Phases(session, self._baseline, Replay(session, self._baseline), self._adapters, reported)
        self._unraisable = self._phases.unraisable
        self._thread_exceptions = self._phases.thread_exceptions
        # The hooks for which the baseline was opened.
        self._ihook: Any = None
        # The function of the test that runs.
        self._function: Any = None
        # Why pytest's engine has to run the last test; None if the direct engine ran it.
        self.reason: str | None = None
        # The last test's result; None if hooks reported it.
        self.passed: Pass | None = None

    def set_depth(self, frames_of_hook_call: int) -> None:
        """Has tests begin as deep in the stack as under pytest."""
        self._phases.set_depth(frames_of_hook_call)

    def plugins_changed(self) -> None:
        """Hooks may have been added."""
        self._survey.plugins_changed()
        self._phases.plugins_changed()

    def pause(self) -> None:
        """To be called before anything else than a direct test runs."""
        self._phases.settled = None
        if self._baseline.is_open:
            self._baseline.close()
            python.is_async_function = is_async_function

    def hide_frames(self, error: BaseException) -> None:
        """To be called before a report is made of the error."""
        hide_frames(error)

    def run(self, item: Any, nextitem: Any) -> bool:
        """Returns False if pytest's engine has to run the test; `reason` says why. Raises what ends a session."""
        __tracebackhide__ = True
        self.passed = None
        phases = self._phases
        phases.has_changed = False
        baseline = self._baseline
        if type(item) is LateFunction and (nextitem is None or nextitem.parent is not item.parent):
            # pytest decides what its teardown has to do.
            items.fill(item)
        place = phases.settled
        is_plain = place is not None and place.node is item.parent and self._is_plain(item) and place.is_current()
        has_request, runs_itself, around = True, False, None
        if is_plain:
            if type(item) is LateFunction:
                items.begin(item)
            baseline.begin_test(item, False)
            run: Any = phases.run_plain
            traits: Any = place
        else:
            traits = self._choose(item)
            if traits is None:
                return False
            run, place, runs_itself = phases.run, traits.place, traits.runs_itself
            has_request = not runs_itself or hasattr(item, "_request")
            if has_request and not item._request:
                item._initrequest()
            around = adapters.enter(self._adapters.around_protocol, item) if self._adapters.are_any else None
            baseline.begin_test(item, traits.has_filters)
        if type(item) is TestCaseFunction:
            # Its test object is gone after the teardown.
            vars(item)["location"] = place.location(item)
        elif runs_itself:
            # pytest asks for it now, and the answer may run the item's own code.
            item.location  # noqa: B018
        else:
            self._function = item.obj
        try:
            passed = self.passed = run(item, nextitem, traits)
            if passed is not None and not is_plain:
                self._settle(place)
        except BaseException:
            baseline.end_test(item)
            self.pause()
            raise
        finally:
            self._function = None
            if has_request:
                item._request = False
                item.funcargs = None
        baseline.end_test(item)
        if around:
            adapters.leave(around)
        return True

    def _choose(self, item: Any) -> Traits | None:
        """Finds out whether the engine may run the test, and opens the baseline. None leaves the test to pytest."""
        if type(item) is LateFunction:
            items.fill(item)
        traits = self._survey.traits_of(item)
        self.reason = traits.reason
        if traits.reason is not None:
            self.pause()
            return None
        self._phases.settled = None
        ihook = traits.place.ihook
        if not self._baseline.is_open or self._ihook is not ihook:
            self.pause()
            self._adapters.prepare()
            self._baseline.open(item)
            python.is_async_function = self._is_async
            self._ihook = ihook
            self._phases.read_clocks()
        return traits

    def _is_plain(self, item: Any) -> bool:
        """For an item of a settled place: returns whether only its own function takes part in its test."""
        if type(item) is LateFunction:
            return not self._unraisable and not self._thread_exceptions and not guards.loads_trial()
        if (
            type(item) is not Function
            or item.fixturenames
            or item.own_markers
            or not item._request
            or guards.is_overridden(item)
            or self._unraisable
            or self._thread_exceptions
            or xfailed_key in item.stash
        ):
            return False
        function = item.obj
        function = getattr(function, "__func__", function)
        return guards.is_ordinary(function) and not guards.loads_trial()

    def _settle(self, place: Place) -> None:
        """After a test that passed: settles the place if the next test there finds everything as it needs it."""
        if (
            is_set_up(self._session._setupstate.stack, place)
            and not self._adapters.are_any
            and not place.hooks.take_part
            and place.mark_names.isdisjoint(_UNSETTLING_MARKS)
        ):
            self._phases.settled = place

    def _is_async(self, function: Any) -> bool:
        """In place of pytest's is_async_function, which pytest_pyfunc_call asks about the function to call."""
        # The guards have already asked about the test's own function.
        return function is not self._function and is_async_function(function)
