"""Makes the items of ordinary test functions in one step, with the result of pytest's hooks and constructors.

For each function pytest makes a definition, asks for its signature, looks through fixtures and hooks for
parametrizations, and then builds the item once more. For a synchronous function without marks that bear on its
fixtures, the answer depends only on the names of its arguments, and is worked out once for all functions of a module or
class. An item is a genuine Function with all that pytest's constructor gives it, at once or when somebody looks
(items.py). In each session the first item of each kind is compared with pytest's. Anything uncertain is left to pytest.
"""

from __future__ import annotations

import contextlib
import functools
from importlib.machinery import ModuleSpec
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR, CO_ITERABLE_COROUTINE
from types import BuiltinFunctionType, FunctionType, GetSetDescriptorType, ModuleType
from typing import Any, Iterator

from _pytest import python as pytest_python
from _pytest.assertion.rewrite import AssertionRewritingHook
from _pytest.fixtures import FixtureDef, FixtureManager
from _pytest.mark.structures import Mark, MarkDecorator, get_unpacked_marks
from _pytest.nodes import Item, Node, NodeKeywords
from _pytest.python import Class, Function, Metafunc, Module, PyCollector, PyobjMixin

from . import items, literal_cases
from .literal_cases import Fixtures, LiteralCases

_OURS = __name__.split(".", 1)[0] + "."

_NOT_PLAIN = CO_COROUTINE | CO_GENERATOR | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE

# Marks that bear on fixtures and parameters.
_FIXTURE_MARKS = frozenset({"parametrize", "usefixtures"})

# Modules whose hooks do nothing with the functions that are made here. Their sources were read.
_MAKE_ITEM = frozenset({"_pytest.python", "_pytest.unittest", "anyio.pytest_plugin", "pytest_asyncio.plugin"})
_GENERATE_TESTS = frozenset({"_pytest.python", "_pytest.fixtures"})

# The parts of pytest that this module stands in for. A plugin may have replaced some of them.
_PLACES: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (pytest_python, ("pytest_pycollect_makeitem", "pytest_generate_tests", "Function", "Metafunc")),
    (PyCollector, ("_genfunctions", "funcnamefilter", "istestfunction", "_matches_prefix_or_glob_option")),
    (PyobjMixin, ("obj",)),
    (Function, ("__init__", "_initrequest", "instance", "_getinstance", "_getobj")),
    (Class, ("newinstance",)),
    (Item, ("__init__",)),
    (Node, ("__init__", "iter_parents", "listchain", "from_parent")),
    (NodeKeywords, ("__init__", "update")),
    (FixtureManager, ("getfixtureinfo", "getfixtureclosure", "getfixturedefs", "_getautousenames", "parsefactories")),
    (Metafunc, ("__init__", "parametrize")),
)


def _contents() -> list[Any]:
    return [vars(place).get(name) for place, names in _PLACES for name in names]


_GENUINE = _contents()

_genuine_from_parent = vars(Function)["from_parent"]
# Types of values that are no fixtures and wrap none.
_VALUES = frozenset(
    {
        BuiltinFunctionType,
        GetSetDescriptorType,
        bool,
        bytes,
        dict,
        float,
        frozenset,
        int,
        list,
        set,
        str,
        tuple,
        type(None),
    }
    | {AssertionRewritingHook, Mark, MarkDecorator, ModuleSpec}
)
# The arguments with which pytest calls it for a function with parameters.
_ARGUMENTS = {"name", "callspec", "fixtureinfo", "keywords", "originalname"}


class _Place:
    """A module or class whose functions are being collected."""

    def __init__(self, collector: Any, defers: bool, late_are_sound: bool) -> None:
        self.collector = collector
        self.is_class = type(collector) is Class
        self.defers = defers
        self._manager = collector.session._fixturemanager
        self._autouse = tuple(self._manager._getautousenames(collector))
        # Whether items of functions without arguments are made late.
        self.makes_late = late_are_sound and not self._autouse
        # By argument names, and names of arguments that a mark parametrizes. None if pytest has to look for
        # parametrizations.
        self._fixtures: dict[tuple[tuple[str, ...], tuple[str, ...]], Fixtures | None] = {}

    def fixtures(self, argnames: tuple[str, ...], given: tuple[str, ...] = ()) -> Fixtures | None:
        """`given` are the arguments whose values come from a mark."""
        key = argnames, given
        try:
            return self._fixtures[key]
        except KeyError:
            found = self._fixtures[key] = self._find(argnames, given)
            return found

    def _find(self, argnames: tuple[str, ...], given: tuple[str, ...]) -> Fixtures | None:
        initialnames = tuple(dict.fromkeys(self._autouse + argnames))
        closure, definitions = self._manager.getfixtureclosure(
            parentnode=self.collector, initialnames=initialnames, ignore_args=frozenset(given)
        )
        if any(definition.params is not None for found in definitions.values() for definition in found):
            return None
        return Fixtures(argnames, initialnames, closure, definitions)


class _Hooks:
    """The hooks of a file's collectors. Asks FunctionItems without the way through all implementations of a hook."""

    def __init__(self, collector: Any, make: Any) -> None:
        self.path = collector.path
        self.session = collector.session
        self._genuine = collector.session.gethookproxy(collector.path)
        self._make = make
        self._are_known: bool | None = None

    def are_known(self) -> bool:
        """Returns whether the hooks and pytest's own code are those that this module stands in for.

        The answer holds for the whole file. It is asked for first when the file's module has been imported.
        """
        if self._are_known is None:
            self._are_known = (
                _contents() == _GENUINE
                and _are_known(self._genuine.pytest_pycollect_makeitem, _MAKE_ITEM)
                and _are_known(self._genuine.pytest_generate_tests, _GENERATE_TESTS)
            )
        return self._are_known

    def leave_time(self) -> bool:
        """Returns whether no hook has to be called at once, as a hook that hears of each item or makes ids."""
        # pytest asks for ids by the hooks of all conftests, wherever the test is.
        everywhere = self.session.config.pluginmanager.hook
        return not (
            self._genuine.pytest_itemcollected.get_hookimpls() or everywhere.pytest_make_parametrize_id.get_hookimpls()
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine, name)

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: Any) -> Any:
        __tracebackhide__ = True
        made = self._make(collector, name, obj) if type(obj) is FunctionType else None
        if made is None:
            made = self._genuine.pytest_pycollect_makeitem(collector=collector, name=name, obj=obj)
        return made


class FunctionItems:
    """One for a session. Used while the session collects, on its main thread."""

    def __init__(self) -> None:
        # Whether the first item of each kind was equal to pytest's; None before there was one.
        self._is_sound: bool | None = None
        self._late_are_sound: bool | None = None
        self._literal_are_sound: bool | None = None
        # Whether the cases of functions with literal parameters may be made later.
        self._defers = False
        self._place: _Place | None = None
        # The names of test functions begin so. An ini-file may give patterns too.
        self._prefixes: tuple[str, ...] = ()
        # The hooks of the file that is being collected.
        self._hooks: Any = None
        # The last collector, if its functions are left to pytest.
        self._declined: Any = None
        # The fixture info and the marks of the function whose parametrized items are being made.
        self._fixtureinfo: Any = None
        self._marks: list[Mark] = []

    @contextlib.contextmanager
    def collecting(self, session: Any, defers: bool = False) -> Iterator[None]:
        """In this context the items of functions with parameters are made here too. pytest's collector asks for them.

        And the search for fixtures skips values that cannot be fixtures. `defers`: a collector's result may have a
        LiteralCases in place of items.
        """
        if vars(Function)["from_parent"] is not _genuine_from_parent or self._is_sound is False:
            yield
            return
        manager = session._fixturemanager
        Function.from_parent = classmethod(self._from_parent)  # type: ignore[method-assign, assignment, arg-type]
        manager.parsefactories = functools.partial(_parse_factories, manager)
        self._defers = defers and literal_cases.is_accepted(session.config)
        self._prefixes = tuple(session.config.getini("python_functions"))
        for kind in (Module, Class):
            kind.ihook = property(self._hooks_of)  # type: ignore[misc]
        try:
            yield
        finally:
            for kind in (Module, Class):
                del kind.ihook
            self._defers = False
            del manager.parsefactories
            Function.from_parent = _genuine_from_parent  # type: ignore[method-assign]
            self._place = self._declined = self._fixtureinfo = self._hooks = None

    def _hooks_of(self, collector: Any) -> Any:
        """In place of a collector's `ihook`."""
        hooks = self._hooks
        if hooks is None or hooks.path is not collector.path or hooks.session is not collector.session:
            hooks = self._hooks = _Hooks(collector, self.make)
        return hooks

    def make(self, collector: Any, name: str, function: Any) -> Any:
        """Returns the answer to pytest_pycollect_makeitem. None leaves the function to pytest."""
        if type(function) is not FunctionType:
            return None
        place = self._place
        if place is None or place.collector is not collector:
            if self._declined is collector:
                return None
            if not self._is_for_us(collector):
                self._declined = collector
                return None
            place = self._place = _Place(
                collector, self._defers and self._hooks.leave_time(), bool(self._late_are_sound)
            )
        marks: list[Mark] = []
        attributes = function.__dict__
        if attributes:
            found = _marks(attributes)
            if found is None:
                return None
            marks = found
        code = function.__code__
        if code.co_flags & _NOT_PLAIN or code.co_posonlyargcount:
            return None
        if not name.startswith(self._prefixes) and not collector.funcnamefilter(name):
            return None
        if place.makes_late and not attributes and code.co_argcount == place.is_class and not code.co_kwonlyargcount:
            return items.make_late(collector, name, function)
        argnames = _mandatory_arguments(function, code)
        if place.is_class:
            argnames = argnames[1:]
        if marks and any(mark.name in _FIXTURE_MARKS for mark in marks):
            return self._cases(place, name, function, marks, argnames) if place.defers else None
        fixtures = place.fixtures(argnames)
        if fixtures is None:
            return None
        is_late = not attributes and not fixtures.names_closure
        if is_late:
            item = items.make_late(collector, name, function)
        else:
            item = items.make(collector, name, name, collector._id.child(name), marks, fixtures.info())
            if attributes:
                item.keywords._markers.update(attributes)
        if (self._late_are_sound if is_late else self._is_sound) is None:
            genuine = list(collector._genfunctions(name, function))
            is_sound = len(genuine) == 1 and item.nodeid == genuine[0].nodeid
            items.fill(item)
            is_sound = is_sound and _is_like(item, genuine[0])
            if is_late:
                self._late_are_sound = is_sound
            if not is_late or not is_sound:
                self._is_sound = is_sound
            if not is_sound:
                self._place, self._declined = None, collector
            return genuine
        return [item]

    def _cases(
        self, place: _Place, name: str, function: FunctionType, marks: list[Mark], argnames: tuple[str, ...]
    ) -> list[Any] | None:
        """Returns what stands for the items of a function with parameters. None leaves the function to pytest."""
        if self._literal_are_sound is False:
            return None
        parametrizations = literal_cases.read(marks, argnames)
        if parametrizations is None:
            return None
        fixtures = place.fixtures(argnames, tuple(given for one in parametrizations for given in one.names))
        if fixtures is None:
            return None
        cases = LiteralCases(place.collector, name, function, parametrizations, fixtures)
        if self._literal_are_sound is None:
            genuine = list(place.collector._genfunctions(name, function))
            made = cases.make()
            self._literal_are_sound = len(made) == len(genuine) and all(map(_is_like, made, genuine))
            return genuine
        return [cases]

    def _is_for_us(self, collector: Any) -> bool:
        if self._is_sound is False or not _is_ordinary(collector) or not self._hooks_of(collector).are_known():
            return False
        for node in collector.iter_parents():
            if isinstance(node, PyCollector) and hasattr(node.obj, "pytest_generate_tests"):
                return False
            if any(mark.name in _FIXTURE_MARKS for mark in node.own_markers):
                return False
        return True

    def _from_parent(self, cls: Any, parent: Any, **arguments: Any) -> Any:
        """In place of Function.from_parent."""
        __tracebackhide__ = True
        if cls is not Function or arguments.keys() != _ARGUMENTS or self._is_sound is False or not _is_ordinary(parent):
            return _genuine_from_parent.__get__(None, cls)(parent, **arguments)
        callspec, originalname, info = arguments["callspec"], arguments["originalname"], arguments["fixtureinfo"]
        if self._fixtureinfo is not info:
            self._fixtureinfo = info
            self._marks = get_unpacked_marks(getattr(parent.obj, originalname))
        marks = self._marks + callspec.marks if callspec.marks else self._marks
        node_id = parent._id.child(originalname).with_params(callspec.id if callspec._idlist else None)
        item = items.make(parent, arguments["name"], originalname, node_id, marks, info)
        item.callspec = callspec
        keywords = item.keywords._markers
        keywords.update(item._obj.__dict__)
        keywords.update(arguments["keywords"])
        if self._is_sound is None:
            genuine = _genuine_from_parent.__get__(None, cls)(parent, **arguments)
            self._is_sound = _contents() == _GENUINE and _is_like(item, genuine)
            return genuine
        return item


def _parse_factories(manager: Any, *args: Any, **kwargs: Any) -> Any:
    """In place of FixtureManager.parsefactories: skips values that cannot be fixtures, which are nearly all."""
    __tracebackhide__ = True
    genuine = type(manager).parsefactories
    if len(args) == 1 and not kwargs and type(args[0]) is Module and type(args[0].obj) is ModuleType:
        contents = vars(args[0].obj)
        if "__dir__" not in contents:
            remarkable = {name: value for name, value in contents.items() if _may_be_fixture(value)}
            if not remarkable:
                return None
            holder = ModuleType(args[0].obj.__name__)
            vars(holder).update(remarkable)
            return genuine(manager, holder=holder, node=args[0])
    elif not args and type(kwargs.get("node")) is Class:
        # pytest passes an instance, which has no attributes of its own.
        cls = type(kwargs.get("holder"))
        contents = [value for base in cls.__mro__[:-1] for value in vars(base).values()]
        if type(cls) is type and cls.__dir__ is object.__dir__ and not any(map(_may_be_fixture, contents)):
            return None
    return genuine(manager, *args, **kwargs)


def _may_be_fixture(value: Any) -> bool:
    """Returns False for a value that is no fixture and wraps no fixture."""
    kind = type(value)
    if kind is FunctionType:
        return "__wrapped__" in value.__dict__
    if kind is ModuleType:
        return "__getattr__" in vars(value)
    if kind is type:
        return hasattr(value, "__wrapped__")
    return kind not in _VALUES


def _is_ordinary(collector: Any) -> bool:
    """Returns True for modules, and for classes that make instances and give attributes as a plain object does."""
    if type(collector) is Module:
        return True
    cls = collector.obj
    return (
        type(collector) is Class
        and type(cls) is type
        and cls.__getattribute__ is object.__getattribute__
        and cls.__init__ is object.__init__
        and cls.__new__ is object.__new__
    )


def _mandatory_arguments(function: Any, code: Any) -> tuple[str, ...]:
    """Returns the arguments that pytest takes from the signature."""
    count = code.co_argcount
    names = code.co_varnames[: count - len(function.__defaults__ or ())]
    if code.co_kwonlyargcount:
        defaults = function.__kwdefaults__ or ()
        names += tuple(
            name for name in code.co_varnames[count : count + code.co_kwonlyargcount] if name not in defaults
        )
    return names


def _marks(attributes: dict[str, Any]) -> list[Mark] | None:
    """Returns a function's marks. None if it has other attributes."""
    marks = attributes.get("pytestmark")
    if len(attributes) != 1 or type(marks) is not list or any(type(mark) is not Mark for mark in marks):
        return None
    return marks


def _are_known(hook: Any, origins: frozenset[str]) -> bool:
    for implementation in hook.get_hookimpls():
        origin = str(getattr(implementation.function, "__module__", None))
        if origin not in origins and not origin.startswith(_OURS):
            return False
    return True


def _is_like(item: Any, genuine: Any) -> bool:
    """Returns True if an item is equal to pytest's in all attributes."""
    ours, theirs = vars(item), vars(genuine)
    if type(genuine) is not Function or ours.keys() != theirs.keys():
        return False
    if any(type(ours[name]) is not type(value) for name, value in theirs.items()):
        return False
    if any(ours[name] != theirs[name] for name in ("own_markers", "fixturenames", "originalname", "funcargs")):
        return False
    if any(getattr(item, name) != getattr(genuine, name) for name in ("name", "_id", "nodeid", "path")):
        return False
    if any(getattr(item, name) is not getattr(genuine, name) for name in ("parent", "config", "session", "function")):
        return False
    if vars(item).get("callspec") != vars(genuine).get("callspec"):
        return False
    info, other = item._fixtureinfo, genuine._fixtureinfo
    return (
        all(getattr(info, name) == getattr(other, name) for name in ("argnames", "initialnames", "names_closure"))
        and _definitions(info) == _definitions(other)
        and list(item.keywords._markers.items()) == list(genuine.keywords._markers.items())
    )


def _definitions(info: Any) -> dict[str, list[Any]]:
    """Returns the definitions of fixtures, and types of those that pytest makes for each parametrization."""
    return {
        name: [found if type(found) is FixtureDef else type(found) for found in definitions]
        for name, definitions in info.name2fixturedefs.items()
    }
