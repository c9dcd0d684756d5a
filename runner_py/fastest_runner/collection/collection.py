"""Collects a session's tests: module by module in one tree of nodes, or all at once.

Fixtures and set-up state depend on the identity of nodes. So directories are walked once, and their nodes live as long
as the session. Both ways use pytest's own `perform_collect`, in which a module makes its items as soon as it is
imported, before the next module is. They differ in when the hooks at a collection's end see the items: module by module
when a lease comes, or once for all. Only items that nothing can change are made with the lease (docs/adr/0044).
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import operator
from time import perf_counter
from typing import Any, Callable, Generator, Iterable, Iterator, NamedTuple

import pytest
from _pytest.logging import catching_logs
from _pytest.mark import pytest_collection_modifyitems as select_by_options
from _pytest.runner import collect_one_node
from _pytest.scope import Scope

from ..direct import is_late, is_postponed
from . import own_loops, soundness
from .constant_tests import ConstantModules


class Entry(NamedTuple):
    """A test with its TestRef."""

    ref: dict[str, Any]
    item: Any


class Selection(NamedTuple):
    """The tests of a batch: the fields of WorkerMessage.Collected."""

    entries: list[Entry]
    missing: list[dict[str, Any]]
    selected: int
    deselected: int
    digest: str
    seconds: float


class _ModuleTests(NamedTuple):
    entries: list[Entry]
    deselected: int
    digest: str


class Collection:
    """The collection of one session. `_perform` takes the place of `session.perform_collect`."""

    def __init__(
        self,
        session: Any,
        whole_reason: str | None,
        function_items: Any = None,
        native_modules: Iterable[dict[str, Any]] = (),
        groups_of: Callable[[list[str]], list[str]] | None = None,
    ) -> None:
        """`whole_reason`: why the collection must be whole, as far as is known before it begins.

        `function_items` is a direct.FunctionItems or None. `native_modules` are RunSpec.native_modules.
        `groups_of` gives the names of groups for node ids; None: marks name the groups.
        """
        self.whole_reason = whole_reason
        # Whether there are parameters that are not known from a module's text alone. A test might change what they are.
        self.is_live = False
        self.deselected = 0
        self.config = session.config
        self._session = session
        self._groups_of = groups_of
        self._function_items = function_items
        self._constant = ConstantModules(native_modules, session)
        # File collectors, and items outside of files, in pytest's order.
        self._found: list[Any] = []
        # What a file collector has made, by its identity: items, and what stands for items that are made later.
        self._made: dict[int, list[Any]] = {}
        # File collectors that were imported without error, by node id. The tests that they have made are kept, since a
        # collector registers its fixtures each time that it collects.
        self._files: dict[str, Any] = {}
        self._tests: dict[str, _ModuleTests] = {}
        self._by_ref: dict[tuple[str, int], Any] = {}
        self._wanted_file: Any = None
        # Where the items of a whole collection stood before any hook saw them, by identity.
        self._found_at: dict[int, int] = {}

    @property
    def is_whole(self) -> bool:
        return self.whole_reason is not None

    @property
    def module_in_the_making(self) -> str:
        """The node id of the module whose tests are being made; empty if that is not the case."""
        return "" if self._wanted_file is None else self._wanted_file.nodeid

    def install(self) -> None:
        """Has the session collect in this way from now on."""
        self._session.perform_collect = self._perform

    def description(self, errors: int) -> dict[str, Any]:
        """Returns the Collection message."""
        if self.is_whole:
            entries = [_collected_test(item) for item in self._session.items]
            if self._groups_of is not None:
                for entry, group in zip(entries, self._groups_of([entry["node_id"] for entry in entries])):
                    entry["group"] = group
            if own_loops.binding(self.config) is not None:
                # One worker gets all tests, in one lease.
                entries = [{**entry, "group": "pytest_runtestloop"} for entry in entries]
            return {
                "mode": "WHOLE",
                "whole_reason": self.whole_reason,
                "tests": entries,
                "deselected": self.deselected,
                "digest": _digest(entry["node_id"] for entry in entries),
                "errors": errors,
                "order_binds": self._order_binds(),
                **self._constant.fields(),
            }
        modules = list(self._files)
        fields = self._constant.fields()
        # Workers that leave out different modules must not share a run.
        digest = _digest((*modules, "", *fields["native"]) if fields else modules)
        return {"mode": "BY_MODULE", "modules": modules, "digest": digest, "errors": errors, **fields}

    def note_order(self, items: list[Any]) -> None:
        """Notes the items in the order in which they were found, before hooks see them."""
        if self.is_whole:
            self._found_at = {id(item): place for place, item in enumerate(items)}

    def _order_binds(self) -> bool:
        """Returns True if a hook has moved a test before a test that was found earlier, and not at random."""
        if getattr(self.config.option, "randomly_reorganize", False):
            return False
        places = [self._found_at[id(item)] for item in self._session.items if id(item) in self._found_at]
        return any(map(operator.gt, places, places[1:]))

    def select(self, batch: dict[str, Any]) -> Selection:
        """Makes the items of a batch. For the first batch of a module pytest's collection hooks run."""
        begin = perf_counter()
        if self.is_whole:
            entries, missing = self._resolve(batch.get("tests", ()), self._by_ref)
            total, deselected, digest = len(self._session.items), self.deselected, ""
        else:
            node_id = batch.get("module", "")
            if node_id not in self._files:
                # Never a matter of course: batches are made of the modules that workers have named.
                return Selection([], [{"node_id": node_id}], 0, 0, _digest(()), perf_counter() - begin)
            module = self._module_tests(node_id)
            total, deselected, digest = len(module.entries), module.deselected, module.digest
            if batch.get("tests"):
                by_ref = {_key(entry.ref): entry.item for entry in module.entries}
                entries, missing = self._resolve(batch["tests"], by_ref)
            else:
                entries, missing = _part(module.entries, batch), []
        return Selection(entries, missing, total, deselected, digest, perf_counter() - begin)

    def make_some_tests(self) -> None:
        """Has the session count a test, if there is one: for a session that was given none, and ends as having some."""
        for node_id in () if self.is_whole else self._files:
            if self._session.testscollected:
                return
            self._module_tests(node_id)

    # In place of Session.perform_collect.

    def _perform(self, args: Any = None, genitems: bool = True) -> Any:
        session = self._session
        genuine = functools.partial(type(session).perform_collect, session)
        if args is not None or not genitems:
            # A plugin collects for a purpose of its own.
            return genuine(args, genitems)
        with contextlib.ExitStack() as stack:
            if self._function_items is not None:
                stack.enter_context(self._function_items.collecting(session, defers=not self.is_whole))
            if self._wanted_file is not None:
                return self._expand_file(self._wanted_file)
            if not self.is_whole:
                self._walk_and_make(genuine)
            elif self._function_items is None:
                genuine()
            else:
                self._with_hooks(genuine, self._genitems, lambda items: None)
        if self.is_whole:
            self._by_ref = {_key(entry.ref): entry.item for entry in _entries(session.items)}
            self.is_live = any(map(_has_parameters, session.items))
        return session.items

    def _walk_and_make(self, genuine_perform_collect: Any) -> None:
        """pytest's own collection, which keeps each file's items apart.

        Hooks at its end are called only if the collection turns out to have to be whole.
        """
        self._constant.begin()
        self._with_hooks(genuine_perform_collect, self._keep_files, self._decide)

    def _with_hooks(self, perform_collect: Any, genitems: Any, decide: Any) -> None:
        """pytest's own collection, with these functions in place of pytest's."""
        session = self._session
        config = session.config
        genuine_hooks = config.hook
        config.hook = _EndOfCollection(genuine_hooks, decide, lambda: self.is_whole, self._modify_items)
        session.genitems = genitems
        try:
            perform_collect()
        finally:
            config.hook = genuine_hooks
            vars(session).pop("genitems", None)

    def _keep_files(self, node: Any) -> Iterator[Any]:
        """In place of Session.genitems: walks directories, and keeps files with their items.

        Yields the items as pytest does: a collector may look at session.items, which has what was found before.
        """
        if isinstance(node, pytest.File) and not isinstance(node, pytest.Package):
            if self._constant.leave_out(node) or (yield from self._make(node)):
                self._found.append(node)
            return
        for item in type(self._session).genitems(self._session, node):
            # What a folder holds has come through this function itself.
            if item is node:
                self._found.append(item)
            yield item

    def _make(self, node: Any) -> Generator[Any, None, bool]:
        """Does what Session.genitems does for a file, and keeps the items. Returns False if the file has none to give.

        That is the case if its collection failed or was skipped. Then its report has gone to the hooks.
        """
        # Within a file Session.genitems is pytest's own.
        keeps_files = vars(self._session).pop("genitems", None)
        try:
            report = collect_one_node(node)
            if report.passed:
                made = self._made.setdefault(id(node), [])
                for item in self._items_of(node, report.result):
                    made.append(item)
                    self.is_live = self.is_live or _has_parameters(item)
                    if not is_postponed(item):
                        yield item
            node.ihook.pytest_collectreport(report=report)
        finally:
            if keeps_files is not None:
                self._session.genitems = keeps_files
        return bool(report.passed)

    def _make_late(self, node: Any) -> bool:
        """Does what _make does, after the walk."""
        make = self._make(node)
        while True:
            try:
                next(make)
            except StopIteration as end:
                return bool(end.value)

    def _decide(self, items: list[Any]) -> None:
        """At the walk's end: decides whether the collection has to be whole. If so, all tests are put into `items`."""
        # What the walk has yielded is kept in _made too.
        items.clear()
        for node in self._constant.settle():
            if not self._make_late(node):
                self._found.remove(node)
        files = [node for node in self._found if isinstance(node, pytest.File)]
        if len(files) != len(self._found):
            self.whole_reason = "there are tests outside of files"
        elif self._session.testsfailed and soundness.selects(self.config):
            # No batch is made after errors, and pytest says how many tests were deselected all the same.
            self.whole_reason = "tests are deselected, and there are errors in the collection"
        else:
            self.whole_reason = soundness.reason_after_import(self._session.config, self._session, files)
        if not self.is_whole:
            # pytest's own function refuses a wrong -k or -m even without items.
            select_by_options(items, self.config)
            self._files = {node.nodeid: node for node in files}
            return
        vars(self._session).pop("genitems", None)
        left_out = set(map(id, self._constant.give_up("the tests are collected as a whole")))
        for node in self._found:
            if id(node) in left_out:
                self._make_late(node)
            items.extend(self._take_items(node) if isinstance(node, pytest.File) else [node])
        self._found.clear()

    def _take_items(self, node: Any) -> Iterator[Any]:
        """Yields the items that a file has made, and makes those that were put off."""
        for made in self._made.pop(id(node), ()):
            if is_postponed(made):
                yield from made.make()
            else:
                yield made

    # Batches.

    def _module_tests(self, node_id: str) -> _ModuleTests:
        tests = self._tests.get(node_id)
        if tests is None:
            node = self._files[node_id]
            self._wanted_file = node
            deselected_before = self.deselected
            session = self._session
            config = session.config
            try:
                # Called as a hook, so that pytest's wrappers of a collection run: warnings, logging. The config's own
                # implementation checks the ini-file at the end of a whole collection; it has run already.
                pytest_collection = config.pluginmanager.subset_hook_caller("pytest_collection", [config])
                pytest_collection(session=session)
            finally:
                self._wanted_file = None
                _attach_log_handlers(config)
            entries = _entries(session.items)
            digest = _digest(entry.ref["node_id"] for entry in entries)
            tests = _ModuleTests(entries, self.deselected - deselected_before, digest)
            self._tests[node_id] = tests
        return tests

    def _expand_file(self, node: Any) -> Any:
        """Does for one file what perform_collect does after its walk."""
        session = self._session
        hook = session.config.hook
        collected_before = session.testscollected
        session.items = items = []
        # Since pytest 8: what pytest remembers during a collection.
        if hasattr(session, "_collection_cache"):
            session._collection_cache = {}
        with _without_garbage_collection():
            items.extend(self._take_items(node))
        if items:
            try:
                self._modify_items(items, hook)
            finally:
                hook.pytest_collection_finish(session=session)
        session.testscollected = collected_before + len(session.items)
        return session.items

    def _genitems(self, node: Any) -> Iterator[Any]:
        """Does what Session.genitems does, but looks up the hooks once for a node, not for each of its items."""
        session = self._session
        if self._function_items is None or isinstance(node, pytest.Item):
            yield from type(session).genitems(session, node)
            return
        report, is_repeated = session._collect_one_node(node, not isinstance(node, pytest.File))
        if report.passed:
            yield from self._items_of(node, report.result)
        if not is_repeated:
            node.ihook.pytest_collectreport(report=report)

    def _items_of(self, node: Any, children: Iterable[Any]) -> Iterator[Any]:
        is_heard = bool(node.ihook.pytest_itemcollected.get_hookimpls())
        for child in children:
            is_plain = (
                is_late(child) or is_postponed(child) or (isinstance(child, pytest.Item) and child.path is node.path)
            )
            if is_plain and not is_heard:
                yield child
            else:
                yield from self._genitems(child)

    def _modify_items(self, items: list[Any], hooks: Any) -> None:
        session = self._session
        hook = hooks.pytest_collection_modifyitems
        if self._function_items is not None and not any(map(_is_bound_by_parameters, items)):
            # pytest's FixtureManager would sort the items by parameters of wide scope, and there are none.
            manager = session.config.pluginmanager
            hook = manager.subset_hook_caller("pytest_collection_modifyitems", [session._fixturemanager])
        hook(session=session, config=session.config, items=items)

    def _resolve(
        self, refs: Iterable[dict[str, Any]], by_ref: dict[tuple[str, int], Any]
    ) -> tuple[list[Entry], list[dict[str, Any]]]:
        entries: list[Entry] = []
        missing: list[dict[str, Any]] = []
        for ref in refs:
            item = by_ref.get(_key(ref))
            if item is None:
                missing.append(ref)
            else:
                entries.append(Entry(ref, item))
        return entries, missing


def _has_parameters(made: Any) -> bool:
    """Returns True for an item that has its parameters already. Late items get theirs when somebody looks."""
    return "callspec" in getattr(made, "__dict__", ())


class _EndOfCollection:
    """A session's hooks while it walks and imports. The hooks at a collection's end wait for the decision."""

    def __init__(self, hooks: Any, decide: Any, is_whole: Any, modify_items: Any) -> None:
        self._hooks = hooks
        self._decide = decide
        self._is_whole = is_whole
        self._modify_items = modify_items

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hooks, name)

    def pytest_collection_modifyitems(self, session: Any, config: Any, items: list[Any]) -> None:
        self._decide(items)
        if self._is_whole():
            self._modify_items(items, self._hooks)

    def pytest_collection_finish(self, session: Any) -> Any:
        return self._hooks.pytest_collection_finish(session=session) if self._is_whole() else None


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """For a time in which many objects are made that stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_bound_by_parameters(item: Any) -> bool:
    """Returns True if the item has a parameter of wide scope, which may move it next to other items."""
    callspec = vars(item).get("callspec")
    return callspec is not None and any(scope is not Scope.Function for scope in callspec._arg2scope.values())


def _part(entries: list[Entry], batch: dict[str, Any]) -> list[Entry]:
    """Returns the part of a module that a batch asks for, see Batch.boundaries and Batch.except."""
    position: dict[str, int] = {}
    for index, entry in enumerate(entries):
        position.setdefault(entry.ref["node_id"], index)
    cuts = [0]
    for boundary in batch.get("boundaries", ()):
        cuts.append(max(cuts[-1], position.get(boundary, cuts[-1])))
    cuts.append(len(entries))
    part = int(batch.get("part", 0))
    chosen = entries[cuts[part] : cuts[part + 1]] if part + 1 < len(cuts) else []
    if not batch.get("except"):
        return chosen
    left_out = set(map(_key, batch["except"]))
    return [entry for entry in chosen if _key(entry.ref) not in left_out]


def _entries(items: Iterable[Any]) -> list[Entry]:
    """Returns items with their refs. The index tells apart items that share a node id."""
    seen: dict[str, int] = {}
    entries = []
    for item in items:
        node_id = item.nodeid
        index = seen.get(node_id, 0)
        seen[node_id] = index + 1
        ref = {"node_id": node_id, "index": index} if index else {"node_id": node_id}
        entries.append(Entry(ref, item))
    return entries


def _key(ref: dict[str, Any]) -> tuple[str, int]:
    return ref["node_id"], int(ref.get("index", 0))


def _collected_test(item: Any) -> dict[str, Any]:
    """Returns a CollectedTest. The group's name is the one that pytest-xdist would take from the mark."""
    test = {"node_id": item.nodeid, "module": _file_node_id(item)}
    # A late item has no marks of its own.
    marked = item.parent if is_late(item) else item
    for name in soundness.GROUP_MARKS:
        mark = marked.get_closest_marker(name)
        if mark is not None:
            group = mark.args[0] if mark.args else mark.kwargs.get("name", "default")
            test["group"] = f"{name}:{group}"
            break
    return test


def _file_node_id(item: Any) -> str:
    """Returns the node id of the file collector above an item. Without one it is the path part of the item's own id."""
    node = item
    while node is not None:
        if isinstance(node, pytest.File) and not isinstance(node, pytest.Package):
            return node.nodeid
        node = node.parent
    return item.nodeid.split("::", 1)[0]


def _attach_log_handlers(config: Any) -> None:
    """Attaches the log handlers that pytest keeps attached while tests run. The end of a collection detaches them."""
    plugin = config.pluginmanager.get_plugin("logging-plugin")
    if plugin is not None:
        for handler in (plugin.log_cli_handler, plugin.log_file_handler):
            catching_logs(handler).__enter__()


def _digest(names: Iterable[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in names:
        digest.update(name.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()
