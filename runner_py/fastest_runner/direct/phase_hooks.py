"""What conftests and plugins do in a test's phases, and whether they look at reports.

Plain implementations of a phase's hook, which are no wrappers, pytest calls before or after its own part of the phase,
and so does the direct engine. Where pytest plays a phase once more, ones that do nothing stand in for them, or one that
raises what the genuine one had raised.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator

from pluggy._callers import _multicall

PHASES = ("setup", "call", "teardown")
# By which they see a report of each phase, wrappers or not; the last, when all has run, those that the terminal keeps.
OF_REPORTS = ("pytest_runtest_makereport", "pytest_runtest_logreport", "pytest_report_teststatus")
OF_SUMMARY = "pytest_terminal_summary"
# By which they take part in what a function is called with, and how.
OF_FUNCTIONS = ("pytest_pyfunc_call", "pytest_fixture_setup", "pytest_fixture_post_finalizer")

# When they are called: before pytest looks at marks, which it does as a test is set up; before its own part; after it.
AT_FIRST, BEFORE, AFTER = range(3)

# pytest's own implementations that are no wrappers, and the stage that ends as they are called.
_BORDERS = {"_pytest.skipping": BEFORE, "_pytest.runner": AFTER}


def hook_name(when: str) -> str:
    return f"pytest_runtest_{when}"


def is_plain(implementation: Any) -> bool:
    """Whether it is no wrapper."""
    return not (implementation.hookwrapper or getattr(implementation, "wrapper", False))


class PhaseHooks:
    """Those that apply to the tests of one place."""

    def __init__(self, ihook: Any, is_foreign: Callable[[str, Any], bool], summarize: bool) -> None:
        """`is_foreign(hook's name, function)` tells those apart that are to be called.

        `summarize`: they sum up in this process what came of its tests.
        """
        self._stages: dict[str, list[list[Any]]] = {}
        # The one that raised last, until somebody takes it.
        self._culprit: Any = None
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
        """Raises what they raise."""
        __tracebackhide__ = True
        for implementation in self._stages[when][stage]:
            try:
                # pluggy's, for what they see of their caller.
                _multicall(hook_name(when), [implementation], {"item": item, "nextitem": nextitem}, False)
            except BaseException:
                self._culprit = implementation
                raise

    def take_culprit(self, error: BaseException | None) -> Any:
        """The one that `error`, in which the last phase ended, is from; None if it is from none of these."""
        culprit, self._culprit = self._culprit, None
        return None if error is None else culprit

    @contextlib.contextmanager
    def stood_in_for(self, when: str, culprit: Any, happen: Callable[[], None]) -> Iterator[None]:
        """For a phase that is over: none of them is called again; `happen` is called where the culprit was."""
        implementations = [one for stage in self._stages[when] for one in stage]
        genuine = [one.function for one in implementations]
        for one in implementations:
            one.function = _Raising(happen) if one is culprit else _do_nothing
        try:
            yield
        finally:
            for one, function in zip(implementations, genuine):
                one.function = function


def is_callers(frame: Any) -> bool:
    """Whether a frame is that through which they are called."""
    return frame.f_code is _multicall.__code__


def _do_nothing(*_: Any, **__: Any) -> None:
    pass


class _Raising:
    def __init__(self, happen: Callable[[], None]) -> None:
        self._happen = happen

    def __call__(self, *_: Any, **__: Any) -> None:
        __tracebackhide__ = True
        self._happen()
