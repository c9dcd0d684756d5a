"""Whether a collection module by module is sound: every test has the same verdict as if all had been collected first.

For example, it is not sound if a conftest sorts all tests by name, if a fixture with parameters has session scope, or
with --lf: each of them looks at the tests of more than one module at a time. Anything unknown counts as a reason too.
The functions here return a reason for a person to read, or None if nothing speaks against it.
"""

from __future__ import annotations

import types
from typing import Any, Iterator

from _pytest.mark import ParameterSet

from . import itemwise, list_readers, own_loops

_WIDE_SCOPES = ("session", "package")

# Marks that bind tests to each other: all tests of one group run on one worker. A group may span modules.
GROUP_MARKS = ("xdist_group", "fastest_serial")

# Hooks in which a plugin sees or changes what was collected, each with the plugins (by module) that are known to look
# at one item or one module at a time. Their implementations were read.
_WATCHED_HOOKS: dict[str, frozenset[str]] = {
    "pytest_collection_modifyitems": frozenset(
        {
            "_hypothesis_pytestplugin",
            "anyio.pytest_plugin",
            "pytest_asyncio.plugin",
            "pytest_benchmark.plugin",
            "pytest_freezer",
            "pytest_lazy_fixtures.plugin",
            "pytest_trio.plugin",
        }
    ),
    "pytest_collection_finish": frozenset({"anyio.pytest_plugin", "pytest_sugar", "pytest_html.basereport"}),
    "pytest_collection": frozenset(),
    "pytest_collectstart": frozenset({"pytest_django.plugin"}),
    "pytest_itemcollected": frozenset({"pytest_django.plugin"}),
    "pytest_make_collect_report": frozenset(),
    "pytest_collectreport": frozenset(
        {"pytest_html.basereport", "pytest_instafail", "pytest_sugar", "pytest_reportlog.plugin"}
    ),
    "pytest_deselected": frozenset({"pytest_sugar"}),
    "pytest_report_collectionfinish": frozenset(),
}

# Plugins whose pytest_generate_tests parametrizes within a module, unless _generates_widely says otherwise.
_NARROW_GENERATORS = frozenset(
    {"pytest_asyncio.plugin", "aiohttp.pytest_plugin", "pytest_lazy_fixtures.plugin", "pytest_repeat"}
)

_WHOLE_OPTIONS = {
    "lf": "--lf",
    "failedfirst": "--ff",
    "newfirst": "--nf",
    "stepwise": "--sw",
    "stepwise_skip": "--sw-skip",
    "pyargs": "--pyargs",
    "doctestmodules": "--doctest-modules",
    "deadfixtures": "--dead-fixtures",
}


def reason_before_collection(config: Any, forward_terminal: bool) -> str | None:
    """Returns why the collection must be whole, as far as options, plugins and the first conftests show."""
    if config.option.collectonly or forward_terminal:
        return "pytest's own account of the collection is asked for"
    for dest, spelling in _WHOLE_OPTIONS.items():
        if getattr(config.option, dest, None):
            return f"{spelling} is given"
    for argument in config.args:
        if "::" in str(argument).split("[", 1)[0]:
            return f"a node id is named ({argument})"
    return _foreign_hook(config)


def selects(config: Any) -> bool:
    """Whether pytest deselects tests by an option."""
    option = config.option
    return bool(option.keyword or option.markexpr or getattr(option, "deselect", None))


def reason_after_import(config: Any, session: Any, modules: list[Any]) -> str | None:
    """Returns the same, after all conftests and modules are imported. `modules` are file collectors."""
    reason = _foreign_hook(config)
    if reason is not None:
        return reason
    node_ids: set[str] = set()
    wide_names: set[str] = set()
    for definition in _fixture_definitions(session):
        if definition.scope in _WIDE_SCOPES:
            wide_names.add(definition.argname)
            if definition.params is not None:
                return f'fixture "{definition.argname}" has parameters and {definition.scope} scope'
    imported: list[tuple[str, list[tuple[str, Any]]]] = []
    for node in modules:
        if node.nodeid in node_ids:
            return f"{node.nodeid} is collected more than once"
        node_ids.add(node.nodeid)
        # Files of other kinds have no module to look into.
        module = getattr(node, "_obj", None)
        if isinstance(module, types.ModuleType):
            imported.append((node.nodeid, list(_definitions(module))))
    for node_id, definitions in imported:
        for name, value in definitions:
            marker = _fixture_marker(value)
            if marker is not None:
                if callable(marker.scope):
                    return f'fixture "{name}" in {node_id} chooses its scope at run time'
                if marker.scope in _WIDE_SCOPES:
                    wide_names.add(marker.name or name)
                    if marker.params is not None:
                        return f'fixture "{name}" in {node_id} has parameters and {marker.scope} scope'
    for node_id, definitions in imported:
        reason = _wide_parametrization(node_id, definitions, wide_names)
        if reason is not None:
            return reason
    return list_readers.reason(config, modules)


def _foreign_hook(config: Any) -> str | None:
    # The plugin manager's own hooks: during the collection config.hook is a stand-in.
    hooks = config.pluginmanager.hook
    for name, known in _WATCHED_HOOKS.items():
        for implementation in getattr(hooks, name).get_hookimpls():
            origin = foreign_origin(implementation)
            if origin is None or origin in known:
                continue
            if name != "pytest_collection_modifyitems" or not itemwise.treats_items_singly(
                implementation.function, config, GROUP_MARKS
            ):
                return f"{place_of(implementation, origin)} implements {name}"
    loop = own_loops.binding(config)
    if loop is not None:
        return f"{place_of(loop, foreign_origin(loop) or '')} implements pytest_runtestloop"
    for implementation in hooks.pytest_generate_tests.get_hookimpls():
        origin = foreign_origin(implementation)
        if origin is None:
            continue
        where = place_of(implementation, origin)
        if origin in _NARROW_GENERATORS:
            if _generates_widely(config):
                return f"{where} parametrizes tests for the whole session"
        elif not _parametrizes_plainly(implementation.function):
            return f"pytest_generate_tests in {where} may parametrize for the whole session"
    return None


def foreign_origin(implementation: Any) -> str | None:
    """Returns the module that a hook implementation comes from; None if it is pytest's or ours."""
    function = implementation.function
    origin = str(getattr(function, "__module__", None) or "")
    if origin == "_pytest" or origin.startswith("_pytest.") or origin.split(".")[0] == __name__.split(".")[0]:
        return None
    return origin


def place_of(implementation: Any, origin: str) -> str:
    """Returns the place of an implementation for a person to read: a conftest's path, or a plugin's module."""
    name = str(implementation.plugin_name)
    return name if name.endswith("conftest.py") else f"plugin {origin or name}"


def _generates_widely(config: Any) -> bool:
    if getattr(config.option, "repeat_scope", "function") in _WIDE_SCOPES:
        return True
    loop_factories = getattr(config.pluginmanager.hook, "pytest_asyncio_loop_factories", None)
    return loop_factories is not None and bool(loop_factories.get_hookimpls())


def _parametrizes_plainly(function: Any) -> bool:
    """Returns True if a pytest_generate_tests certainly parametrizes no wider than for functions.

    It may if its code has a word for scopes, arguments from a dictionary, or another function that gets its metafunc.
    """
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    words = words_of(code)
    if words & {"scope", "indirect", *_WIDE_SCOPES}:
        return False
    # Only functions with a global name could get the metafunc. Builtins cannot use it.
    functions = [name for name in words if callable(function.__globals__.get(name))]
    return all(isinstance(function.__globals__[name], type) for name in functions)


def words_of(code: types.CodeType) -> set[str]:
    """Returns the names and texts in a function's code, including those of functions that are made in it."""
    words: set[str] = set()
    pending = [code]
    while pending:
        current = pending.pop()
        words.update(current.co_names)
        for constant in current.co_consts:
            if isinstance(constant, types.CodeType):
                pending.append(constant)
            elif isinstance(constant, str):
                words.add(constant)
            elif isinstance(constant, tuple):
                words.update(item for item in constant if isinstance(item, str))
    return words


def _fixture_definitions(session: Any) -> Iterator[Any]:
    """Yields all FixtureDefs that are registered so far. pytest's versions have tables of different shapes."""
    fixture_manager = session._fixturemanager
    for table_name in ("_arg2fixturedefs", "_arg2node2fixturedefs", "_arg2nodeid2fixturedefs"):
        for entry in getattr(fixture_manager, table_name, {}).values():
            groups = entry.values() if isinstance(entry, dict) else [entry]
            for group in groups:
                yield from group


def _definitions(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Yields names and values of a module, and of those of its classes that may hold tests.

    Functions without marks or fixtures, which most are, are left out.
    """
    for name, value in list(vars(module).items()):
        if type(value) is types.FunctionType and not value.__dict__ and name != "pytest_generate_tests":
            continue
        yield name, value
        if isinstance(value, type) and _may_hold_tests(value, name, module):
            for base in value.__mro__:
                if base is not object:
                    yield from list(vars(base).items())


def _may_hold_tests(cls: type, name: str, module: types.ModuleType) -> bool:
    return cls.__module__ == module.__name__ or "test" in name.lower() or "test" in cls.__name__.lower()


def _fixture_marker(value: Any) -> Any:
    """Returns the FixtureFunctionMarker of a fixture's definition, or None."""
    # Some objects answer to any attribute name, as mocks do. So only objects that pytest makes are asked.
    if type(value).__name__ == "FixtureFunctionDefinition":
        return value._fixture_function_marker
    if isinstance(value, types.FunctionType):
        return vars(value).get("_pytestfixturefunction")
    return None


def _wide_parametrization(node_id: str, definitions: list[tuple[str, Any]], wide_names: set[str]) -> str | None:
    for name, value in definitions:
        if name == "pytest_generate_tests" and not _parametrizes_plainly(value):
            return f"pytest_generate_tests in {node_id} may parametrize for the whole session"
        if isinstance(value, (types.FunctionType, type)):
            for mark in _marks(vars(value).get("pytestmark")):
                if _is_wide(mark, wide_names):
                    return f'"{name}" in {node_id} is parametrized for more than a module'
                if _groups(mark):
                    return f'"{name}" in {node_id} is bound to other tests by a mark'
        elif name == "pytestmark":
            for mark in _marks(value):
                if _is_wide(mark, wide_names):
                    return f"{node_id} or a class in it is parametrized for more than a module"
                if _groups(mark):
                    return f"{node_id} or a class in it binds tests to one worker by a mark"
    return None


def _marks(value: Any) -> Iterator[Any]:
    if value is None:
        return
    for mark in value if isinstance(value, (list, tuple)) else [value]:
        # The value may be a decorator, which has the mark.
        yield getattr(mark, "mark", mark)


def _groups(mark: Any) -> bool:
    """Returns True for a mark that binds tests to one worker, and for a parametrization with such a mark."""
    name = getattr(mark, "name", None)
    if name in GROUP_MARKS:
        return True
    if name != "parametrize":
        return False
    values = mark.args[1] if len(mark.args) > 1 else mark.kwargs.get("argvalues")
    # An iterator would be exhausted after one look.
    if not isinstance(values, (list, tuple)):
        return False
    return any(_groups(given) for value in values if isinstance(value, ParameterSet) for given in _marks(value.marks))


def _is_wide(mark: Any, wide_names: set[str]) -> bool:
    if getattr(mark, "name", None) != "parametrize":
        return False
    arguments = dict(zip(("argnames", "argvalues", "indirect", "ids", "scope"), mark.args))
    arguments.update(mark.kwargs)
    scope = arguments.get("scope")
    if scope is not None:
        return scope not in ("function", "class", "module")
    indirect = arguments.get("indirect")
    if not indirect:
        return False
    names = arguments.get("argnames") if indirect is True else indirect
    if isinstance(names, str):
        names = [part.strip() for part in names.split(",")]
    return bool(wide_names.intersection(names or ()))
