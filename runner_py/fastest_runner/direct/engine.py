"""The direct engine: runs a test's three phases without pytest's hooks, and reports only what did not simply pass.

Where a phase does not end as most do, pytest itself plays it once more with the outcome that it had (see replay.py):
the report, its text and all that hooks make of it are genuine, and no code of the project runs a second time.
"""

from __future__ import annotations

import operator
import os
import sys
import time
from typing import Any, NamedTuple

from _pytest import python, skipping
from _pytest.nodes import Node
from _pytest.outcomes import TEST_OUTCOME, xfail
from _pytest.python import Function, is_async_function
from _pytest.skipping import evaluate_xfail_marks, xfailed_key
from _pytest.threadexception import thread_exceptions
from _pytest.tmpdir import tmppath_result_key
from _pytest.unittest import TestCaseFunction
from _pytest.unraisableexception import unraisable_exceptions

from . import adapters, calls, cases, guards
from .fixture_plan import NO_FIXTURES, Plan, make_plan
from .passed import Pass, Reported
from .phase_hooks import AFTER, AT_FIRST, BEFORE, PhaseHooks
from .place import Place
from .replay import VARIABLE, Replay, Times, VariableGone, hide_frames
from .surroundings import Surroundings

_SKIP_MARKS = frozenset({"skip", "skipif", "xfail"})
# Marks of a place with which its tests are not plain ones.
_SETTLING_MARKS = _SKIP_MARKS | {"filterwarnings"}

_KEY = VARIABLE.encode()
_ENCODING = sys.getfilesystemencoding()


class _Traits(NamedTuple):
    """What is known of an item before it runs."""

    reason: str | None
    plan: Plan | None
    has_skip_marks: bool
    has_filters: bool
    # Its function is not called by the engine, but by its own `runtest`, and its fixtures are set up by pytest.
    runs_itself: bool


class DirectEngine:
    """One for a session, on its main thread. `run` says whether it ran a test, and then `passed` what came of it."""

    def __init__(self, session: Any, shows_terminal: bool, reported: Reported) -> None:
        """`shows_terminal`: somebody reads what pytest's reporter writes."""
        self._session = session
        self._config = session.config
        self._session_reason = guards.session_reason(self._config)
        if shows_terminal:
            self._session_reason = "pytest's own output is asked for"
        elif reported.keeps_output_of_passes():
            self._session_reason = "the output of tests that pass is asked for"
        self._surroundings: Any = None
        self._replay: Any = None
        self._adapters: Any = None
        self._reported = reported
        self._summarize = reported.are_summed_up()
        self._hooks: Any = None
        self._place: Any = None
        self._paths: dict[str, str] = {}
        # By identity of the hooks of a place, which are kept so that it stays theirs.
        self._known_hooks: dict[int, tuple[Any, str | None, PhaseHooks]] = {}
        # Those of the test that runs.
        self._phase_hooks: Any = None
        # Whether plugins have come since it began.
        self._has_changed = False
        self._plans: dict[Any, tuple[Any, Plan | None]] = {}
        self._call_function = calls.call_function()
        self._call_item = calls.call_item()
        # Kept here and not in the module: there are libraries that put clocks of theirs in the place of these wherever
        # a module has them.
        self._now = time.perf_counter_ns
        self._wall_now = time.time_ns
        self._environ = os.environ
        self._clock_offset = 0
        # A place of whose tests the last one that ran was one, and left all as the next one there needs it.
        self._settled: Place | None = None
        # That of the test that runs.
        self._function: Any = None
        # Of the last test: why pytest's engine is to run it, or what came of it; None if it was reported by hooks.
        self.reason: str | None = None
        self.passed: Pass | None = None
        # Of late items, which there are with one version of pytest.
        self._items: Any = None
        self._late_type: Any = None
        if guards.knows_items():
            from . import items

            self._items, self._late_type = items, items.LateFunction
        if self._session_reason is None:
            self._surroundings = Surroundings(self._config)
            self._replay = Replay(session, self._surroundings)
            self._adapters = adapters.Adapters(self._config)
            # Where a plugin is off there are none, and `guards` will say so.
            self._unraisable = self._config.stash.get(unraisable_exceptions, ())
            self._thread_exceptions = self._config.stash.get(thread_exceptions, ())
            self._last_failed = getattr(self._config.pluginmanager.get_plugin("lfplugin"), "lastfailed", None)
            # Since pytest 9.2 it is no text.
            self._failed_key = operator.attrgetter("id" if hasattr(Node, "id") else "nodeid")

    def set_depth(self, frames_of_hook_call: int) -> None:
        """Has tests begin as deep in the stack as with pytest."""
        self._call_function = calls.call_function(frames_of_hook_call)
        self._call_item = calls.call_item(frames_of_hook_call)

    def plugins_changed(self) -> None:
        """Hooks may have been added."""
        self._known_hooks.clear()
        self._settled = None
        self._has_changed = True

    def pause(self) -> None:
        """Before anything happens that is no direct test."""
        self._settled = None
        surroundings = self._surroundings
        if surroundings is not None and surroundings.is_open:
            surroundings.close()
            python.is_async_function = is_async_function
            self._environ.pop(VARIABLE, None)

    def hide_frames(self, error: BaseException) -> None:
        """Before a report is made of it."""
        hide_frames(error)

    def run(self, item: Any, nextitem: Any) -> bool:
        """False if the test is for pytest's engine, `reason` says why. Raises what ends a session."""
        __tracebackhide__ = True
        self.passed = None
        self._has_changed = False
        runs_itself, has_request = False, True
        surroundings = self._surroundings
        place = self._settled
        if type(item) is self._late_type and (nextitem is None or nextitem.parent is not item.parent):
            # What its teardown comes to is pytest's to say.
            self._items.fill(item)
        if place is not None and place.node is item.parent and self._is_plain(item) and place.is_current():
            if type(item) is self._late_type:
                self._items.begin(item)
            surroundings.begin_test(item, False)
            run = self._run_plain
            traits: Any = place
            around = None
        else:
            run = self._run
            if type(item) is self._late_type:
                self._items.fill(item)
            traits = self._traits(item)
            runs_itself = traits.runs_itself
            has_request = not runs_itself or hasattr(item, "_request")
            self.reason = traits.reason
            if traits.reason is not None:
                self.pause()
                return False
            self._settled = None
            ihook = self._place.ihook
            if not surroundings.is_open or self._hooks is not ihook:
                self.pause()
                self._adapters.prepare()
                surroundings.open(item)
                python.is_async_function = self._is_async
                self._hooks = ihook
                self._clock_offset = self._wall_now() - self._now()
            if has_request and not item._request:
                item._initrequest()
            around = adapters.enter(self._adapters.around_protocol, item) if self._adapters.are_any else None
            surroundings.begin_test(item, traits.has_filters)
        if type(item) is TestCaseFunction:
            # Its object is gone once it is torn down.
            vars(item)["location"] = self._place.location(item)
        elif runs_itself:
            # When pytest asks for it; what it takes to answer is the item's own.
            item.location  # noqa: B018
        else:
            self._function = item.obj
        try:
            run(item, nextitem, traits)
        except BaseException:
            surroundings.end_test(item)
            self.pause()
            raise
        finally:
            self._function = None
            if has_request:
                item._request = False
                item.funcargs = None
        surroundings.end_test(item)
        if around:
            adapters.leave(around)
        return True

    # What may be run.

    def _traits(self, item: Any) -> _Traits:
        reason = self._session_reason
        if reason is not None:
            return _Traits(reason, None, False, False, False)
        place = self._place
        if place is None or place.node is not item.parent or not place.is_current():
            place = self._place = Place(item, self._paths)
        _, reason, self._phase_hooks = self._hooks_of(place.ihook)
        reason = reason or guards.item_reason(item)
        if reason is None:
            names = place.mark_names
            if item.own_markers:
                names = names.union([mark.name for mark in item.own_markers])
            reason = guards.marks_reason(names)
            if reason is None:
                has_skip_marks, has_filters = not names.isdisjoint(_SKIP_MARKS), "filterwarnings" in names
                if self._phase_hooks.call_functions or guards.runs_itself(item, names):
                    return _Traits(None, None, has_skip_marks, has_filters, True)
                return _Traits(None, self._plan(item), has_skip_marks, has_filters, False)
        return _Traits(reason, None, False, False, False)

    def _hooks_of(self, ihook: Any) -> tuple[Any, str | None, PhaseHooks]:
        known = self._known_hooks.get(id(ihook))
        if known is None:
            hooks = PhaseHooks(ihook, guards.is_called_by_engine, self._summarize)
            known = self._known_hooks[id(ihook)] = (ihook, guards.hooks_reason(ihook), hooks)
        return known

    def _plan(self, item: Any) -> Plan | None:
        if not item.fixturenames:
            return NO_FIXTURES
        info = item._fixtureinfo
        key: Any = id(info)
        if not hasattr(item, "callspec"):
            # Functions without parameters have equal plans if their fixtures are the same.
            found = info.name2fixturedefs
            key = tuple([(name, id(found[name][-1]) if found.get(name) else 0) for name in item.fixturenames])
        known = self._plans.get(key)
        if known is None:
            known = self._plans[key] = (info, make_plan(item))
        return known[1]

    def _is_plain(self, item: Any) -> bool:
        """Of an item in a settled place: whether nothing of it but its own function takes part."""
        if type(item) is self._late_type:
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

    def _is_async(self, function: Any) -> bool:
        """In place of pytest's is_async_function, which pytest_pyfunc_call asks about what it is to call."""
        # The guards have asked already.
        return function is not self._function and is_async_function(function)

    def _settle(self, place: Place) -> None:
        """After a test that ended well."""
        stack = self._session._setupstate.stack
        if (
            list(stack) == place.chain
            and not self._adapters.are_any
            and not self._phase_hooks.take_part
            and place.mark_names.isdisjoint(_SETTLING_MARKS)
            and all(entry[1] is None for entry in stack.values())
        ):
            self._settled = place

    # The phases.

    def _run_plain(self, item: Any, nextitem: Any, place: Place) -> None:
        """What `_run` comes to for a test without fixtures or marks that follows another one of its place."""
        __tracebackhide__ = True
        surroundings = self._surroundings
        is_late = type(item) is self._late_type
        begin = self._now()
        surroundings.refresh()
        if not is_late:
            self._session._setupstate.stack[item] = ([item.teardown], None)
        self._set_variable(item, "call")
        if "last_type" in sys.__dict__:
            _forget_last_exception()
        error: BaseException | None = None
        call_begin = self._now()
        try:
            self._call_function(item)
        except BaseException as caught:
            error = caught
        call_end = self._now()
        if error is not None or self._unraisable or self._thread_exceptions:
            self._settled = None
            if is_late:
                self._items.fill(item)
            self._report_before(item, "setup", Times(self._clock_offset, begin, call_begin))
            times = Times(self._clock_offset, call_begin, call_end)
            self._replay.phase(item, "call", error, times, True, self._phase_hooks)
            self._replay.genuine_teardown(item, nextitem)
            return
        surroundings.end_phase(item, "call")
        if type(item) is not self._late_type and item.own_markers:
            # It has marked itself, by ways of its own.
            xfailed = evaluate_xfail_marks(item)
            if xfailed is not None:
                self._settled = None
                self._end_unexpectedly(item, nextitem, xfailed, 0, (begin, call_begin, call_begin, call_end))
                return
        self._finish(item, nextitem, True, 0, (begin, call_begin, call_begin, call_end))

    def _run(self, item: Any, nextitem: Any, traits: _Traits) -> None:
        __tracebackhide__ = True
        plan = traits.plan
        is_case = type(item) is TestCaseFunction
        surroundings = self._surroundings
        state = self._session._setupstate
        hooks = self._phase_hooks
        # True if no code but the test's own will run, nodes above it included.
        is_plain = (
            plan is not None
            and plan.is_plain
            and not self._adapters.are_any
            and not hooks.take_part
            and list(state.stack) == self._place.chain
        )
        begin = self._now()
        # Set-up.
        error: BaseException | None = None
        if is_plain:
            surroundings.refresh()
        else:
            if not hooks.are_any:
                self._set_variable(item, "setup")
            surroundings.begin_phase(item, "setup")
        try:
            self._set_up(item, plan, traits, state)
        except BaseException as caught:
            error = caught
        setup_end = self._now()
        if error is not None or self._unraisable or self._thread_exceptions:
            times = Times(self._clock_offset, begin, setup_end)
            if not self._replay.phase(item, "setup", error, times, is_plain, hooks):
                self._replay.genuine_teardown(item, nextitem)
                return
            reported = 1
        else:
            reported = 0
            if not is_plain:
                surroundings.end_phase(item, "setup")
            if hooks.see_reports:
                if not self._replay.report(item, "setup", Times(self._clock_offset, begin, setup_end), hooks):
                    self._replay.genuine_teardown(item, nextitem)
                    return
                reported = 1
        if self._has_changed or (hooks.are_any and guards.is_overridden(item)):
            # It is another test by now than the guards have seen.
            if not reported:
                self._report_before(item, "setup", Times(self._clock_offset, begin, setup_end))
            self._replay.genuine_call(item)
            self._replay.genuine_teardown(item, nextitem)
            return
        # Call.
        call_begin = self._now()
        # Where there are hooks, those that come first see what the phase before has left there.
        if not hooks.are_any:
            self._set_variable(item, "call")
        if not is_plain:
            surroundings.begin_phase(item, "call")
        if "last_type" in sys.__dict__:
            _forget_last_exception()
        error = None
        xfailed = None
        runs_itself = is_case or traits.runs_itself
        call = self._call_item if runs_itself else self._call_function
        try:
            if traits.has_skip_marks or not is_plain:
                xfailed = self._xfail_of(item)
            # No function of our own for this, which would be a frame more below the test.
            around = adapters.enter(self._adapters.around_call, item) if self._adapters.are_any else None
            try:
                if hooks.are_any:
                    hooks.call("call", BEFORE, item)
                    self._set_variable(item, "call")
                call(item)
                if hooks.are_any:
                    hooks.call("call", AFTER, item)
            finally:
                if around:
                    adapters.leave(around)
        except BaseException as caught:
            error = caught
        recorded = cases.take_errors(item) if is_case else None
        # Held here as pytest's frames hold it: with it, the test's instance stays until a collection of garbage.
        first_recorded = recorded[0] if recorded else None
        if not is_plain or traits.has_skip_marks:
            xfailed = xfailed or item.stash.get(xfailed_key, None)
            if xfailed is None and self._may_be_xfail(item):
                xfailed = evaluate_xfail_marks(item)
        call_end = self._now()
        if error is not None or first_recorded is not None or self._unraisable or self._thread_exceptions:
            if not reported:
                self._report_before(item, "setup", Times(self._clock_offset, begin, setup_end))
            if recorded:
                cases.give_errors(item, recorded)
            times = Times(self._clock_offset, call_begin, call_end)
            self._replay.phase(item, "call", error, times, is_plain, hooks, runs_itself=runs_itself)
            self._replay.genuine_teardown(item, nextitem)
            return
        surroundings.end_phase(item, "call")
        moments = (begin, setup_end, call_begin, call_end)
        if xfailed is not None:
            self._end_unexpectedly(item, nextitem, xfailed, reported, moments)
            return
        if hooks.see_reports:
            self._report_phases(item, reported, moments)
            reported = 2
        self._finish(item, nextitem, is_plain, reported, moments)
        if self.passed is not None:
            self._settle(self._place)

    def _end_unexpectedly(
        self, item: Any, nextitem: Any, xfailed: Any, reported: int, moments: tuple[int, int, int, int]
    ) -> None:
        """It passed though it was not to: pytest has to say so before the teardown, which may depend on it."""
        item.stash[xfailed_key] = xfailed
        self._report_phases(item, reported, moments)
        self._replay.genuine_teardown(item, nextitem)

    def _finish(
        self, item: Any, nextitem: Any, is_plain: bool, reported: int, moments: tuple[int, int, int, int]
    ) -> None:
        """The teardown of a test whose call passed, and what there is to say of it.

        `moments` are those at which set-up and call began and ended; `reported` of these two have been reported.
        """
        __tracebackhide__ = True
        surroundings = self._surroundings
        session = self._session
        if session.shouldfail or session.shouldstop:
            nextitem = None
        has_reports = bool(reported) or self._reported.has_reports()
        if type(item) is self._late_type and (nextitem is None or has_reports):
            self._items.fill(item)
        if self._has_changed:
            # There may be hooks by now that have something to do in its teardown.
            if type(item) is self._late_type:
                self._items.fill(item)
            self._report_phases(item, reported, moments)
            self._replay.genuine_teardown(item, nextitem)
            return
        begin = self._now()
        error: BaseException | None = None
        is_plain = is_plain and self._leave(item, nextitem)
        if not is_plain:
            self._settled = None
            self._replay.provide_stash(item)
            hooks = self._phase_hooks
            if not hooks.are_any:
                self._set_variable(item, "teardown")
            surroundings.begin_phase(item, "teardown")
            if reported < 2:
                item.stash[tmppath_result_key] = {"setup": True, "call": True}
            try:
                if hooks.are_any:
                    if type(nextitem) is self._late_type and nextitem is not None:
                        self._items.fill(nextitem)
                    hooks.call("teardown", BEFORE, item, nextitem)
                    self._set_variable(item, "teardown")
                if not self._leave(item, nextitem):
                    session._setupstate.teardown_exact(nextitem)
                if VARIABLE not in os.environ:
                    raise VariableGone
                if hooks.are_any or hooks.see_reports:
                    # Otherwise nobody looks before the next test has set it.
                    del os.environ[VARIABLE]
                    hooks.call("teardown", AFTER, item, nextitem)
            except BaseException as caught:
                error = caught
        end = self._now()
        if error is not None or self._unraisable or self._thread_exceptions:
            self._settled = None
            self._report_phases(item, reported, moments)
            times = Times(self._clock_offset, begin, end)
            self._replay.phase(item, "teardown", error, times, is_plain, self._phase_hooks, nextitem=nextitem)
            return
        if not is_plain:
            surroundings.end_phase(item, "teardown")
        if has_reports or (type(item) is not self._late_type and item.user_properties) or self._reported.has_reports():
            self._report_phases(item, reported, moments)
            self._replay.report(item, "teardown", Times(self._clock_offset, begin, end), self._phase_hooks)
            return
        if self._last_failed:
            self._last_failed.pop(self._failed_key(item), None)
        setup_begin, setup_end, call_begin, call_end = moments
        self.passed = Pass(
            setup_begin + self._clock_offset,
            setup_end - setup_begin,
            call_end - call_begin,
            end - begin,
            self._place.location(item),
        )

    def _leave(self, item: Any, nextitem: Any) -> bool:
        """Takes an item off the set-up stack, if that is all that its teardown comes to."""
        if type(item) is self._late_type:
            # It was never there.
            item.funcargs = None
            return True
        if nextitem is not None and nextitem.parent is item.parent:
            stack = self._session._setupstate.stack
            # The one finalizer is the item's own, which has nothing to do for a function.
            if (
                next(reversed(stack)) is item
                and len(stack[item][0]) == 1
                and (type(item) is Function or type(item) is TestCaseFunction)
            ):
                del stack[item]
                if type(item) is TestCaseFunction:
                    item.teardown()
                return True
        return False

    def _report_phases(self, item: Any, reported: int, moments: tuple[int, int, int, int]) -> None:
        """Reports those of set-up and call, which passed, that have not been."""
        if reported < 1:
            self._report_before(item, "setup", Times(self._clock_offset, *moments[:2]))
        if reported < 2:
            self._replay.report(item, "call", Times(self._clock_offset, *moments[2:]), self._phase_hooks)

    def _set_up(self, item: Any, plan: Plan | None, traits: _Traits, state: Any) -> None:
        __tracebackhide__ = True
        hooks = self._phase_hooks
        if hooks.are_any:
            names = list(getattr(item, "fixturenames", ()))
            hooks.call("setup", AT_FIRST, item)
            # They may have marked it.
            skipping.pytest_runtest_setup(item)
            hooks.call("setup", BEFORE, item)
            self._set_variable(item, "setup")
            if plan is not None and names != item.fixturenames:
                plan = None
            self._set_up_state(item, plan, state)
            hooks.call("setup", AFTER, item)
            return
        if traits.has_skip_marks:
            skipping.pytest_runtest_setup(item)
        elif xfailed_key in item.stash:
            # It has run before, with a mark that the run itself put there.
            item.stash[xfailed_key] = None
        self._set_up_state(item, plan, state)

    def _set_up_state(self, item: Any, plan: Plan | None, state: Any) -> None:
        """pytest's own part of it."""
        __tracebackhide__ = True
        stack = state.stack
        if (
            plan is None
            or list(stack) != self._place.chain
            or any(entry[1] is not None for entry in stack.values())
            or not plan.is_ready()
        ):
            state.setup(item)
            return
        finalizers = [item.teardown]
        stack[item] = (finalizers, None)
        if type(item) is TestCaseFunction:
            cases.set_up(item)
        try:
            plan.fill(item, finalizers)
        except TEST_OUTCOME as error:
            stack[item] = (finalizers, (error, error.__traceback__))
            raise

    def _xfail_of(self, item: Any) -> Any:
        """What pytest's wrapper of the call finds before it."""
        __tracebackhide__ = True
        xfailed = item.stash.get(xfailed_key, None)
        if xfailed is None and self._may_be_xfail(item):
            xfailed = evaluate_xfail_marks(item)
            if xfailed is not None:
                item.stash[xfailed_key] = xfailed
        if xfailed is not None and not xfailed.run:
            raise xfail.Exception("[NOTRUN] " + xfailed.reason, pytrace=False)
        return xfailed

    def _may_be_xfail(self, item: Any) -> bool:
        """False if there is no such mark, now that the test's code may have added some."""
        place = self._place
        if "xfail" in place.mark_names or not place.is_current():
            return True
        return any(mark.name == "xfail" for mark in item.own_markers)

    def _report_before(self, item: Any, when: str, times: Times) -> None:
        """A phase that passed is to be reported after all, before what was reported since (subtests)."""
        self._reported.report_first(lambda: self._replay.report(item, when, times, self._phase_hooks))

    def _set_variable(self, item: Any, when: str) -> None:
        value = f"{item.nodeid} ({when})"
        if os.environ is not self._environ or "\x00" in value:
            os.environ[VARIABLE] = value.replace("\x00", "(null)")
            return
        encoded = value.encode(_ENCODING, "surrogateescape")
        os.putenv(_KEY, encoded)
        self._environ._data[_KEY] = encoded  # type: ignore[attr-defined]


def _forget_last_exception() -> None:
    """As pytest does before each call."""
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if name not in sys.__dict__:
            return
        delattr(sys, name)
