"""Functions whose parameters are literals: their items can be made later, and come out as if made at the collection.

    @pytest.mark.parametrize("x, y", [(1, 2), (3, 4)])
    def test_sum(x, y): ...

An item for each case is the dearest part of a collection, and a worker runs only a share of the tests. So a collector's
result has one LiteralCases in place of such a function's items. Everything that the items depend on is kept when pytest
would make them: the function, its marks, each row of values, the fixtures. No hook and no code of the project is asked
later. A parametrization with anything that could run code or change (an iterator, a view, a callable for ids, an object
of an unknown type), or that pytest might refuse, is not accepted. Then pytest makes the items at once.
"""

from __future__ import annotations

import re
from types import FunctionType
from typing import Any, Iterable, NamedTuple

from _pytest.fixtures import FuncFixtureInfo
from _pytest.mark import ParameterSet
from _pytest.mark.structures import Mark, MarkDecorator
from _pytest.python import Class, FunctionDefinition, IdMaker, Metafunc, Module

from . import items

# Types of values whose ids depend on the value alone, or on the argument's name and the row's number.
_VALUES = frozenset(
    {bool, bytearray, bytes, complex, dict, float, frozenset, int, list, range, re.Pattern, set, str, tuple, type(None)}
)
_IDS = frozenset({bool, float, int, str, type(None)})
_LISTS = frozenset({list, range, str, tuple})
_ROWS = frozenset({list, tuple})
# Marks that bear on fixtures and parameters.
_FIXTURE_MARKS = frozenset({"parametrize", "usefixtures"})
# What an ini-file may say about long texts as ids. Otherwise they may be refused.
_LONG_IDS = frozenset({"legacy", "short"})


class Parametrization(NamedTuple):
    """The arguments of one mark, copied: nobody else can change them."""

    argnames: str | tuple[str, ...]
    names: tuple[str, ...]
    rows: list[Any]
    ids: list[Any] | None


class Fixtures(NamedTuple):
    """What functions with the same arguments share: the fields of FuncFixtureInfo."""

    argnames: tuple[str, ...]
    initialnames: tuple[str, ...]
    names_closure: list[str]
    name2fixturedefs: dict[str, Any]

    def info(self) -> FuncFixtureInfo:
        """Returns a copy for one function."""
        return FuncFixtureInfo(self.argnames, self.initialnames, self.names_closure[:], self.name2fixturedefs.copy())


class LiteralCases:
    """The cases of one function, which nobody has made yet. In a collector's result in place of their items."""

    __slots__ = ("_attributes", "_collector", "_fixtures", "_function", "_marks", "_name", "_parametrizations")
    is_postponed = True

    def __init__(
        self,
        collector: Any,
        name: str,
        function: FunctionType,
        parametrizations: list[Parametrization],
        fixtures: Fixtures,
    ) -> None:
        self._collector = collector
        self._name = name
        self._function = function
        self._attributes = dict(function.__dict__)
        self._marks: list[Mark] = function.__dict__["pytestmark"][:]
        self._parametrizations = parametrizations
        self._fixtures = fixtures

    def make(self) -> list[Any]:
        """Returns the items that PyCollector._genfunctions would have yielded when this object was made."""
        collector, name = self._collector, self._name
        info = self._fixtures.info()
        above = collector.getparent(Class)
        definition = FunctionDefinition.from_parent(collector, name=name, callobj=self._function, fixtureinfo=info)
        metafunc = Metafunc(
            definition=definition,
            fixtureinfo=info,
            config=collector.config,
            cls=None if above is None else above.obj,
            module=collector.getparent(Module).obj,
            _ispytest=True,
        )
        asks_hook = IdMaker._idval_from_hook
        # A conftest that was loaded since then may have a hook for ids.
        IdMaker._idval_from_hook = _no_id  # type: ignore[method-assign]
        try:
            for argnames, _, rows, ids in self._parametrizations:
                metafunc.parametrize(argnames, rows, ids=ids)
        finally:
            IdMaker._idval_from_hook = asks_hook  # type: ignore[method-assign]
        metafunc._recompute_direct_params_indices()
        info.prune_dependency_tree()
        return [self._item(callspec, info) for callspec in metafunc._calls]

    def _item(self, callspec: Any, info: FuncFixtureInfo) -> Any:
        collector, name = self._collector, self._name
        params = callspec.id if callspec._idlist else None
        marks = self._marks + callspec.marks if callspec.marks else self._marks
        node_id = collector._id.child(name).with_params(params)
        full_name = name if params is None else f"{name}[{params}]"
        item = items.make(collector, full_name, name, node_id, marks, info, self._function)
        item.callspec = callspec
        keywords = item.keywords._markers
        keywords.update(self._attributes)
        keywords[callspec.id] = True
        return item


def _no_id(maker: Any, value: Any, argname: str) -> None:
    return None


def is_accepted(config: Any) -> bool:
    """Returns False if an ini-file has pytest refuse some parametrizations for their ids."""
    try:
        strict = config.getini("strict_parametrization_ids")
        if config.getini("strict") if strict is None else strict:
            return False
        return config.getini("parametrize_long_str_id_strategy") in _LONG_IDS
    except Exception:
        # pytest reports the wrong value when it asks for it.
        return False


def read(marks: Iterable[Any], argnames: tuple[str, ...]) -> list[Parametrization] | None:
    """Returns the parametrizations of a function with these arguments. None if pytest has to make its items at once."""
    found: list[Parametrization] = []
    taken: set[str] = set()
    for mark in marks:
        if type(mark) is not Mark:
            return None
        if mark.name in _FIXTURE_MARKS:
            parametrization = _parametrization(mark) if mark.name == "parametrize" else None
            if parametrization is None:
                return None
            names = parametrization.names
            if len(set(names)) != len(names) or not taken.isdisjoint(names) or not set(names) <= set(argnames):
                return None
            taken.update(names)
            found.append(parametrization)
    # pytest refuses the name "request".
    return found if found and "request" not in taken else None


def _parametrization(mark: Mark) -> Parametrization | None:
    if len(mark.args) > 2:
        return None
    arguments = dict(zip(("argnames", "argvalues"), mark.args))
    if mark.kwargs:
        if mark.kwargs.keys() - {"argnames", "argvalues", "ids"} or arguments.keys() & mark.kwargs.keys():
            return None
        arguments.update(mark.kwargs)
    argnames, values, ids = arguments.get("argnames"), arguments.get("argvalues"), arguments.get("ids")
    is_single = False
    if type(argnames) is str:
        # As pytest reads it.
        names = tuple(name.strip() for name in argnames.split(",") if name.strip())
        is_single = len(names) == 1 and not argnames.rstrip().endswith(",")
    elif type(argnames) in _ROWS and all(type(name) is str for name in argnames):
        names = argnames = tuple(argnames)
    else:
        return None
    if type(values) not in _LISTS:
        return None
    rows = _rows(values, len(names), is_single)
    if not rows:
        return None
    if ids is not None:
        # Functions that share a mark share the ids of the first of them.
        source: Any = mark._param_ids_from
        if source is not None and source._param_ids_generated is not None:
            ids = source._param_ids_generated
        if type(ids) not in _ROWS or len(ids) != len(rows) or not _IDS.issuperset(map(type, ids)):
            return None
        ids = list(ids)
        if source is not None:
            object.__setattr__(source, "_param_ids_generated", ids)
    return Parametrization(argnames, names, rows, ids)


def _rows(values: Any, width: int, is_single: bool) -> list[Any] | None:
    """Returns copies of the rows. None if one of them is not accepted."""
    rows = []
    for row in values:
        if type(row) is ParameterSet:
            for mark in row.marks:
                if type(mark) not in (Mark, MarkDecorator) or mark.name in _FIXTURE_MARKS:
                    return None
            if row.id is not None and type(row.id) is not str:
                return None
            held = tuple(row.values)
            row = ParameterSet(held, tuple(row.marks), row.id)
        elif is_single:
            held = (row,)
        elif type(row) in _ROWS:
            held = row = tuple(row)
        else:
            return None
        if len(held) != width or not _VALUES.issuperset(map(type, held)):
            return None
        rows.append(row)
    return rows
