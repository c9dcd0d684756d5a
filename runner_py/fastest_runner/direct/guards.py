"""Guards: the direct engine may run a test only if all that pytest would call for it is known.

Each answer is None, or a reason for a person to read. Anything unknown is a reason.
"""

from __future__ import annotations

import sys
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE
from types import FunctionType
from typing import Any

import pytest
from _pytest.python import Function, is_async_function
from _pytest.unittest import TestCaseFunction, UnitTestCase

from . import phase_hooks

# The engine follows the runtest protocol of these versions of pytest: from the first, before the second.
_VERSIONS = ((8, 4), (9, 3))
# The version whose items functions.py makes, and whose unittest plugin cases.py knows.
_VERSION_OF_ITEMS = (9, 2)
_VERSION = tuple(int(part) for part in pytest.__version__.split(".")[:2])

_OURS = __name__.split(".", 1)[0] + "."

# The hooks that take part in running a test, each with pytest's own implementations. All of these must be there.
_PYTEST_OWN: dict[str, frozenset[str]] = {
    "pytest_runtest_protocol": frozenset({"runner", "faulthandler", "unittest", "assertion", "warnings"}),
    "pytest_runtest_logstart": frozenset({"terminal", "logging"}),
    "pytest_runtest_setup": frozenset(
        {"runner", "skipping", "unraisableexception", "threadexception", "capture", "logging"}
    ),
    "pytest_runtest_call": frozenset(
        {"runner", "skipping", "unraisableexception", "threadexception", "capture", "logging"}
    ),
    "pytest_runtest_teardown": frozenset({"runner", "unraisableexception", "threadexception", "capture", "logging"}),
    "pytest_runtest_makereport": frozenset({"runner", "unittest", "skipping", "tmpdir"}),
    "pytest_runtest_logreport": frozenset({"terminal", "logging", "main"}),
    "pytest_runtest_logfinish": frozenset({"logging"}),
    "pytest_pyfunc_call": frozenset({"python"}),
    "pytest_fixture_setup": frozenset({"fixtures", "setupplan", "setuponly"}),
    "pytest_fixture_post_finalizer": frozenset({"setuponly"}),
    "pytest_exception_interact": frozenset({"faulthandler"}),
    "pytest_report_teststatus": frozenset({"terminal", "runner", "skipping"}),
    "pytest_assertion_pass": frozenset(),
    "pytest_terminal_summary": frozenset(),
}
# pytest calls every conftest's implementation of these, also for tests of other folders.
_CALLED_EVERYWHERE = frozenset({"pytest_runtest_protocol", "pytest_report_teststatus", "pytest_terminal_summary"})
# Other implementations of pytest's that may be there.
_PYTEST_OPTIONAL: dict[str, frozenset[str]] = {
    "pytest_runtest_logreport": frozenset({"cacheprovider"}),
    "pytest_runtest_logfinish": frozenset({"terminal"}),
    "pytest_report_teststatus": frozenset({"subtests"}),
    "pytest_terminal_summary": frozenset({"runner", "terminal", "warnings", "pastebin", "junitxml", "stepwise"}),
}
# Implementations in plugins whose sources were read. For items without an item_reason they do nothing, or adapters.py
# does it.
_ADAPTED: dict[str, frozenset[str]] = {
    "pytest_runtest_protocol": frozenset({"pytest_timeout", "pytest_rerunfailures", "pytest_codspeed.plugin"}),
    "pytest_runtest_setup": frozenset({"pytest_benchmark.plugin"}),
    "pytest_runtest_call": frozenset({"_hypothesis_pytestplugin", "pytest_timeout", "pytest_cov.plugin"}),
    "pytest_runtest_teardown": frozenset({"pytest_rerunfailures"}),
    "pytest_runtest_makereport": frozenset(
        {"_hypothesis_pytestplugin", "pytest_rerunfailures", "pytest_benchmark.plugin", "pytest_html.plugin"}
    ),
    "pytest_runtest_logreport": frozenset({"pytest_rerunfailures"}),
    "pytest_pyfunc_call": frozenset({"anyio.pytest_plugin", "pytest_asyncio.plugin"}),
    "pytest_fixture_setup": frozenset({"anyio.pytest_plugin", "pytest_asyncio.plugin"}),
    "pytest_exception_interact": frozenset({"pytest_timeout"}),
    "pytest_report_teststatus": frozenset({"pytest_rerunfailures"}),
    "pytest_terminal_summary": frozenset(
        {"_hypothesis_pytestplugin", "pytest_cov.plugin", "pytest_rerunfailures", "pytest_benchmark.plugin"}
    ),
}
_PHASE_HOOKS = frozenset(map(phase_hooks.hook_name, phase_hooks.PHASES))
# Implementations in these plugins that do more.
_NOT_ADAPTED = frozenset({"TestContextPlugin"})

# Marks that plugins' hooks act upon while a test runs.
_FOREIGN_MARKS = frozenset({"no_cover", "flaky", "benchmark"})
# Marks with which a plugin calls a test's function in another way, in pytest_pyfunc_call.
_MARKS_OF_CALL = frozenset({"asyncio", "anyio", "trio"})
# Fixtures that make reports, or with which a plugin's hook acts.
_FOREIGN_FIXTURES = frozenset({"subtests", "no_cover", "benchmark", "extra", "extras"})
_FIXTURE_OF_CALL = "anyio_backend"
# Attributes by which hypothesis knows its functions.
_HYPOTHESIS = ("hypothesis", "_hypothesis", "is_hypothesis")
# Functions with this attribute count as asynchronous.
_COROUTINE = "_is_coroutine"
# Types of conditions whose truth is known without code.
_FIXED = (bool, int, type(None))
_ASYNC = CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE
# Attributes that the engine takes from an item's class. An item that has one of them itself is not ordinary.
_OVERRIDABLE = frozenset({"runtest", "setup", "teardown", "ihook"})
# The engine does what these methods do.
_PLAYED = ((Function, "runtest"), (Function, "setup"), (Function, "teardown"), (TestCaseFunction, "setup"))


def _played() -> list[Any]:
    return [getattr(kind, name) for kind, name in _PLAYED]


_PLAYED_BY_PYTEST = _played()


def version_reason() -> str | None:
    """Returns why no test may run directly with this version of pytest and of Python."""
    if not _VERSIONS[0] <= _VERSION < _VERSIONS[1]:
        return f"pytest {pytest.__version__} is not one that the direct engine knows"
    if sys.version_info >= (3, 14):
        return "this version of Python keeps its warnings in another way"
    return None


def knows_items() -> bool:
    """Returns whether functions.py can make the items of this version of pytest."""
    return _VERSION == _VERSION_OF_ITEMS


def session_reason(config: Any) -> str | None:
    """Returns why no test of this session may run directly."""
    option = config.option
    for name, spelling in {
        "setuponly": "--setup-only",
        "setupshow": "--setup-show",
        "setupplan": "--setup-plan",
        "usepdb": "--pdb",
        "trace": "--trace",
        "fulltrace": "--full-trace",
        "runxfail": "--runxfail",
    }.items():
        if getattr(option, name, False):
            return f"{spelling} is given"
    if getattr(option, "tbstyle", "auto") == "native":
        return "--tb=native shows pytest's own frames"
    if not config.pluginmanager.has_plugin("faulthandler"):
        return "pytest's plugin faulthandler is off"
    if config.getini("faulthandler_timeout") not in (0, 0.0, "", None, "0", "0.0"):
        return "faulthandler_timeout is set"
    logging_plugin = config.pluginmanager.get_plugin("logging-plugin")
    if logging_plugin is None:
        return "pytest's logging plugin is off"
    if logging_plugin._log_cli_enabled():
        return "log_cli is on"
    if config.pluginmanager.get_plugin("capturemanager") is None:
        return "pytest's capture plugin is off"
    if not _is_unmonitored(config.pluginmanager):
        return "calls of hooks are being watched"
    if _reruns_are_asked_for(config):
        return "pytest-rerunfailures is to run all failures again"
    if getattr(config.pluginmanager.get_plugin("codspeed_plugin"), "is_codspeed_enabled", False):
        return "codspeed measures"
    return None


def _reruns_are_asked_for(config: Any) -> bool:
    """Returns whether pytest-rerunfailures bears on tests without its mark."""
    plugin = sys.modules.get("pytest_rerunfailures")
    if plugin is None or not config.pluginmanager.is_registered(plugin):
        return False
    if any(config.getoption(name, None) is not None for name in ("reruns", "force_reruns")):
        return True
    try:
        return bool(config.getini("reruns"))
    except (KeyError, ValueError):
        return False


def _is_unmonitored(pluginmanager: Any) -> bool:
    """Returns True if nobody traces or wraps pluggy's calls of hooks."""
    from pluggy import _callers

    return getattr(pluginmanager, "_inner_hookexec", None) is _callers._multicall


class HooksOfPlace:
    """The hooks of a test: those of its folders' conftests, and those that pytest calls for all tests alike."""

    def __init__(self, ihook: Any, everywhere: Any) -> None:
        self._ihook = ihook
        self._everywhere = everywhere

    def __getattr__(self, name: str) -> Any:
        return getattr(self._everywhere if name in _CALLED_EVERYWHERE else self._ihook, name)


def hooks_reason(ihook: Any) -> str | None:
    """Returns why no test of a place may run directly. `ihook` has the hooks of the place, conftests' included."""
    for name, own in _PYTEST_OWN.items():
        missing = set(own)
        optional = _PYTEST_OPTIONAL.get(name, frozenset())
        for implementation in getattr(ihook, name).get_hookimpls():
            function = implementation.function
            module = _module_of(function)
            short = module[len("_pytest.") :] if module.startswith("_pytest.") else None
            if not _is_as_defined(function, module):
                return f"{name} of {implementation.plugin_name} is not what it was"
            if short is not None and (short in own or short in optional):
                if getattr(function, "__qualname__", "").startswith("StepwisePlugin"):
                    return "--stepwise is given"
                missing.discard(short)
            elif _is_adapted(name, function):
                continue
            elif short is None and (
                name in phase_hooks.OF_REPORTS
                or name in phase_hooks.OF_FUNCTIONS
                or name == phase_hooks.OF_SUMMARY
                or (name in _PHASE_HOOKS and phase_hooks.is_plain(implementation))
            ):
                # The engine calls it.
                continue
            elif not module.startswith(_OURS):
                return f"{implementation.plugin_name} implements {name}"
        if missing:
            return f"pytest's plugin {', '.join(sorted(missing))} is off"
    return None


def is_called_by_engine(name: str, function: Any) -> bool:
    """Returns True for an implementation that is neither pytest's, nor ours, nor known to do nothing."""
    return not _module_of(function).startswith(("_pytest.", _OURS)) and not _is_adapted(name, function)


def _is_adapted(name: str, function: Any) -> bool:
    adapted = _ADAPTED.get(name, frozenset())
    return _module_of(function) in adapted and function.__qualname__.split(".", 1)[0] not in _NOT_ADAPTED


def _module_of(function: Any) -> str:
    return str(getattr(function, "__module__", ""))


def _is_as_defined(function: Any, module: str) -> bool:
    """Returns True if the function's module still has it under its name: nobody has replaced it."""
    if not module.startswith("_pytest."):
        return True
    found: Any = sys.modules.get(module)
    for part in function.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is getattr(function, "__func__", function)


def item_reason(item: Any) -> str | None:
    """Returns why one test may not run directly. The answer can change only with `item.__dict__`."""
    is_case = type(item) is TestCaseFunction and type(item.parent) is UnitTestCase
    if isinstance(item, TestCaseFunction) and not (is_case and knows_items()):
        return "it is a test of unittest's that the direct engine does not know"
    if is_overridden(item):
        return "somebody has changed the item"
    if _played() != _PLAYED_BY_PYTEST:
        return "somebody has changed the methods of pytest's items"
    function = getattr(item, "obj", None)
    for name in getattr(getattr(function, "__func__", function), "__dict__", ()):
        if name.startswith(_HYPOTHESIS):
            return "hypothesis has a part in it"
    fixtures = getattr(item, "fixturenames", ())
    if not _FOREIGN_FIXTURES.isdisjoint(fixtures):
        return f'it uses the fixture "{sorted(_FOREIGN_FIXTURES.intersection(fixtures))[0]}"'
    return "twisted.trial is loaded" if loads_trial() else None


def runs_itself(item: Any, mark_names: frozenset[str]) -> bool:
    """Returns whether the item's own `runtest` has to be called, since it does more than call a synchronous function.

    The engine knows what unittest's tests do.
    """
    if type(item) is not Function:
        return type(item) is not TestCaseFunction
    if not _MARKS_OF_CALL.isdisjoint(mark_names) or _FIXTURE_OF_CALL in item.fixturenames:
        return True
    function = item.obj
    return _may_be_async(getattr(function, "__func__", function)) and is_async_function(function)


def is_overridden(item: Any) -> bool:
    """Returns whether an item itself has an attribute that the engine takes from the item's class."""
    return not _OVERRIDABLE.isdisjoint(vars(item))


def loads_trial() -> bool:
    """Returns whether pytest's unittest plugin may act around every test."""
    return "twisted.trial.unittest" in sys.modules


def _may_be_async(function: Any) -> bool:
    """Returns False for functions that certainly are not asynchronous."""
    if type(function) is not FunctionType or function.__code__.co_flags & _ASYNC:
        return True
    return any(name.startswith(_COROUTINE) for name in function.__dict__)


def is_ordinary(function: Any) -> bool:
    """Returns True for a synchronous function without attributes. item_reason says nothing of such a function."""
    return type(function) is FunctionType and not function.__dict__ and not function.__code__.co_flags & _ASYNC


def has_live_condition(item: Any) -> bool:
    """Returns whether code runs for a mark's condition, a text or an object. A replayed phase would run that again."""
    for name in ("skipif", "xfail"):
        for mark in item.iter_markers(name):
            conditions = (mark.kwargs["condition"],) if "condition" in mark.kwargs else mark.args
            if any(type(condition) not in _FIXED for condition in conditions):
                return True
    return False


def marks_reason(names: frozenset[str]) -> str | None:
    """Returns why a test with marks of these names may not run directly."""
    if _FOREIGN_MARKS.isdisjoint(names):
        return None
    return f'it has the mark "{sorted(_FOREIGN_MARKS.intersection(names))[0]}"'
