"""Hooks of conftests and plugins in a test's phases, and whether such hooks look at reports.

A plain implementation of a phase's hook is no wrapper. pytest calls it before or after its own part of the phase, and
so does the direct engine. When pytest plays a phase once more, stand-ins take the place of these implementations. They
do nothing, or raise the error that the genuine implementation has raised.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator

from _pytest import skipping
from pluggy._callers import _multicall

PHASES = ("setup", "call", "teardown")
# Hooks that see a report of each phase, as wrappers or not. OF_SUMMARY sees the reports that the terminal has kept.
OF_REPORTS = ("pytest_runtest_makereport", "pytest_runtest_logreport", "pytest_report_teststatus")
OF_SUMMARY = "pytest_terminal_summary"
# Hooks that take part in how a function is called, and with which arguments.
OF_FUNCTIONS = ("pytest_pyfunc_call", "pytest_fixture_setup", "pytest_fixture_post_finalizer")

# When plain implementations are called: before pytest looks at marks in the set-up; before pytest's own part; after it.
AT_FIRST, BEFORE, AFTER = range(3)

# The modules of pytest's own plain implementations, each with the stage that begins after it.
_BORDERS = {"_pytest.skipping": BEFORE, "_pytest.runner": AFTER}


def hook_name(when: str) -> str:
    return f"pytest_runtest_{when}"


def is_plain(implementation: Any) -> bool:
    """Returns True if an implementation is no wrapper."""
    return not (implementation.hookwrapper or getattr(implementation, "wrapper", False))


class PhaseHooks:
    """The hooks that apply to the tests of one place."""

    def __init__(self, ihook: Any, is_foreign: Callable[[str, Any], bool], summarize: bool) -> None:
        """`is_foreign(name of the hook, function)` is true for implementations that the engine has to call.

        `summarize`: plugins sum up the tests in this process at the end.
        """
        self._stages: dict[str, list[list[Any]]] = {}
        # The implementation that raised last, until somebody takes it.
        self._culprit: Any = None
        # pytest's implementation that looks at marks in the set-up, and whether it has looked in the last set-up and
        # let the test go on. It must not look again: hooks may have marked the test since then.
        self._looks_at_marks: Any = None
        self.has_looked_at_marks = False
        for when in PHASES:
            name = hook_name(when)
            stage = AT_FIRST if when == "setup" else BEFORE
            stages: list[list[Any]] = [[], [], []]
            for implementation in reversed(getattr(ihook, name).get_hookimpls()):
                if not is_plain(implementation):
                    continue
                if is_foreign(name, implementation.function):
                    stages[stage].append(implementation)
                else:
                    if stage == AT_FIRST and implementation.function is skipping.pytest_runtest_setup:
                        self._looks_at_marks = implementation
                    stage = max(stage, _BORDERS.get(implementation.function.__module__, stage))
            self._stages[when] = stages
        self.are_any = any(any(stages) for stages in self._stages.values())

        def are_foreign(names: tuple[str, ...]) -> bool:
            found = ((name, one.function) for name in names for one in getattr(ihook, name).get_hookimpls())
            return any(is_foreign(name, function) for name, function in found)

        self.see_reports = are_foreign((*OF_REPORTS, OF_SUMMARY) if summarize else OF_REPORTS)
        self.call_functions = are_foreign(OF_FUNCTIONS)
        # Whether a test is anything but the call of its function.
        self.take_part = self.are_any or self.see_reports or self.call_functions

    def call(self, when: str, stage: int, item: Any, nextitem: Any = None) -> None:
        """Calls the implementations of one stage. Raises what they raise."""
        __tracebackhide__ = True
        for implementation in self._stages[when][stage]:
            try:
                # pluggy's own function: an implementation may look at its caller.
                _multicall(hook_name(when), [implementation], {"item": item, "nextitem": nextitem}, False)
            except BaseException:
                self._culprit = implementation
                raise

    def take_culprit(self, error: BaseException | None) -> Any:
        """Returns the implementation that raised `error`, in which the last phase ended; None if none of them did."""
        culprit, self._culprit = self._culprit, None
        return None if error is None else culprit

    @contextlib.contextmanager
    def stood_in_for(self, when: str, culprit: Any, happen: Callable[[], None]) -> Iterator[None]:
        """For a phase that is over: none of the implementations is called again. `happen` is called for the culprit."""
        implementations = [one for stage in self._stages[when] for one in stage]
        if when == "setup" and self.has_looked_at_marks and self._looks_at_marks is not None:
            implementations.append(self._looks_at_marks)
        genuine = [one.function for one in implementations]
        for one in implementations:
            one.function = _Raising(happen) if one is culprit else _do_nothing
        try:
            yield
        finally:
            for one, function in zip(implementations, genuine):
                one.function = function


def is_callers(frame: Any) -> bool:
    """Returns whether a frame is pluggy's, through which the implementations are called."""
    return frame.f_code is _multicall.__code__


def _do_nothing(*_: Any, **__: Any) -> None:
    pass


class _Raising:
    def __init__(self, happen: Callable[[], None]) -> None:
        self._happen = happen

    def __call__(self, *_: Any, **__: Any) -> None:
        __tracebackhide__ = True
        self._happen()
