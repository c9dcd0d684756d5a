"""A plan of fixtures: the order in which pytest would set them up, worked out once for all tests that share a function.

A plan leaves behind what pytest leaves: cached results, the item's finalizers on the set-up stack, and the request's
table. So pytest can go on after any step, as it does when a fixture fails. A fixture that takes `request` gets the
genuine one.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any, NamedTuple

from _pytest.compat import NOTSET, getimfunc
from _pytest.fixtures import FixtureDef, SubRequest, call_fixture_func
from _pytest.outcomes import TEST_OUTCOME, skip
from _pytest.scope import Scope

try:
    from _pytest.fixtures import get_direct_param_fixture_func as _direct
except ImportError:
    from _pytest.python import get_direct_param_fixture_func as _direct

try:
    # Since pytest 9.2 such fixtures have a kind of definition of their own.
    from _pytest.python import DirectParamFixtureDef as _DirectDef
except ImportError:
    _DirectDef = FixtureDef

# pytest-asyncio warns about fixtures with these names.
_FOREIGN_NAMES = frozenset({"event_loop_policy", "event_loop"})


class _Step(NamedTuple):
    name: str
    fixturedef: Any
    is_wide: bool
    is_direct: bool
    # The names of its arguments, except `request`.
    argnames: tuple[str, ...]
    wants_request: bool
    has_param: bool
    is_bound: bool
    # The step whose fixture is the first to ask for this one; -1 for the test itself.
    asked_by: int
    quiet: Any


class Quiet:
    """Stands in for the request of a fixture that does not take `request`."""

    __slots__ = ("addfinalizer", "config", "fixturename", "node")

    def __init__(self, fixturedef: Any, config: Any) -> None:
        self.fixturename = fixturedef.argname
        self.addfinalizer = fixturedef._finalizers.append
        self.config = config
        self.node: Any = None


class Plan:
    """The steps for one test function. All items of its parametrization share the plan."""

    def __init__(self, steps: list[_Step], shows_request: bool) -> None:
        self._steps = steps
        # True if only the test's own code runs, and that code cannot look at the item.
        self.is_plain = not shows_request and all(step.is_direct for step in steps)

    def is_ready(self) -> bool:
        """Returns whether all fixtures of wide scope are set up, and none of function scope."""
        for step in self._steps:
            if not step.is_direct:
                cached = step.fixturedef.cached_result
                if step.is_wide:
                    if cached is None or cached[1] is not None or cached[2] is not None:
                        return False
                elif cached is not None:
                    return False
        return True

    def fill(self, item: Any, finalizers: list[Any]) -> None:
        """Sets the fixtures up. Raises what they raise. Precondition: is_ready().

        `finalizers` are the item's on the set-up stack.
        """
        __tracebackhide__ = True
        request = item._request
        defs = request._fixture_defs
        funcargs = item.funcargs
        values: dict[str, Any] = {"request": request}
        requests: dict[int, Any] = {}
        callspec = getattr(item, "callspec", None)
        for number, step in enumerate(self._steps):
            name, fixturedef = step.name, step.fixturedef
            if step.is_direct:
                values[name] = callspec.params[name]
                continue
            if name in defs:
                # A fixture has asked for it through its request.
                values[name] = defs[name].cached_result[0]
                continue
            if step.is_wide:
                values[name] = fixturedef.cached_result[0]
                defs[name] = fixturedef
                continue
            function = fixturedef.func
            if step.is_bound and item.instance is not None:
                instance = item.instance
                if isinstance(instance, function.__self__.__class__):
                    function = getimfunc(function).__get__(instance)
            kwargs = {argname: values[argname] for argname in step.argnames}
            param = None
            if step.wants_request:
                subrequest = self._request(item, number, requests)
                kwargs["request"] = subrequest
                if step.has_param:
                    param = callspec.params[name]
            else:
                subrequest = step.quiet
                subrequest.node = item
            try:
                value = call_fixture_func(function, subrequest, kwargs)
            except TEST_OUTCOME as error:
                if isinstance(error, skip.Exception):
                    error._use_item_location = True
                fixturedef.cached_result = (None, param, (error, error.__traceback__))
                raise
            finally:
                finalizers.append(functools.partial(fixturedef.finish, request=subrequest))
            fixturedef.cached_result = (value, param, None)
            defs[name] = fixturedef
            values[name] = value
        for name in item.fixturenames:
            if name not in funcargs:
                funcargs[name] = values[name]

    def _request(self, item: Any, number: int, made: dict[int, Any]) -> Any:
        """Returns the genuine request of a step, below the requests of the fixtures that led to it."""
        if number < 0:
            return item._request
        request = made.get(number)
        if request is None:
            step = self._steps[number]
            parent = self._request(item, step.asked_by, made)
            if step.has_param:
                callspec = item.callspec
                param, index = callspec.params[step.name], callspec.indices[step.name]
            else:
                param, index = NOTSET, 0
            scope = step.fixturedef._scope
            request = made[number] = SubRequest(parent, scope, param, index, step.fixturedef, _ispytest=True)
        return request


NO_FIXTURES = Plan([], shows_request=False)


def make_plan(item: Any) -> Plan | None:
    """Returns None if the item's fixtures have to be left to pytest."""
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec is not None else {}
    name2fixturedefs = item._fixtureinfo.name2fixturedefs
    steps: list[_Step] = []
    positions: dict[str, int] = {}
    # For each fixture the one that asked for it. A step gets its number later than the steps that it needs.
    askers: dict[str, str | None] = {}

    def visit(name: str, asker: str | None) -> bool:
        if name == "request" or name in positions:
            return True
        if name in askers or name in _FOREIGN_NAMES:
            # The fixture asks for its own name: one definition overrides another.
            return False
        askers[name] = asker
        definitions = name2fixturedefs.get(name)
        if not definitions:
            return False
        fixturedef = definitions[-1]
        is_direct = fixturedef.func is _direct
        if type(fixturedef) is not FixtureDef and not (is_direct and type(fixturedef) is _DirectDef):
            return False
        if name in parameters and callspec._arg2scope[name] is not Scope.Function:
            return False
        if is_direct and name not in parameters:
            return False
        if fixturedef.params is not None and name not in parameters and not is_direct:
            return False
        function = fixturedef.func
        is_wide = fixturedef._scope is not Scope.Function
        if is_wide and name in parameters and not is_direct:
            return False
        if not is_direct and (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
            return False
        argnames = () if is_direct else tuple(fixturedef.argnames)
        for argname in argnames:
            if not visit(argname, name):
                return False
        has_param = name in parameters
        positions[name] = len(steps)
        steps.append(
            _Step(
                name,
                fixturedef,
                is_wide,
                is_direct,
                tuple(argname for argname in argnames if argname != "request"),
                "request" in argnames or has_param,
                has_param,
                hasattr(function, "__self__"),
                -1,
                Quiet(fixturedef, item.config),
            )
        )
        return True

    for name in item.fixturenames:
        if not visit(name, None):
            return None
    for number, step in enumerate(steps):
        asker = askers[step.name]
        if asker is not None:
            steps[number] = step._replace(asked_by=positions[asker])
        if step.has_param and not step.is_direct and "request" not in step.fixturedef.argnames:
            # The fixture has parameters, but does not look at them. pytest still tells its requests apart by them.
            return None
    return Plan(steps, "request" in item.fixturenames)
