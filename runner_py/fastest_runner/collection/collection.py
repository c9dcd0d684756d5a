"""Where the tests of a session come from: module by module over one persistent tree of nodes, or all at once.

Fixtures and set-up state hang on the identity of nodes, so directories are walked once and their nodes live as long
as the session. Both ways are pytest's own `perform_collect`; what differs is when file collectors are expanded.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import itertools
import operator
import time
from typing import Any, Iterable, Iterator, NamedTuple

import pytest
from _pytest.logging import catching_logs
from _pytest.mark import pytest_collection_modifyitems as select_by_options
from _pytest.runner import collect_one_node
from _pytest.scope import Scope

from ..direct import is_late
from . import soundness
from .constant_tests import NativeModules


class Entry(NamedTuple):
    """A test with its TestRef."""

    ref: dict[str, Any]
    item: Any


class Selection(NamedTuple):
    """What a batch comes to: the fields of WorkerMessage.Collected."""

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
    """The collection of one session. Takes the place of `session.perform_collect`, see `perform`."""

    def __init__(
        self,
        session: Any,
        whole_reason: str | None,
        function_items: Any = None,
        native_modules: Iterable[dict[str, Any]] = (),
    ) -> None:
        """`whole_reason` is why the collection must be whole, as far as that is known already.

        `function_items` is a direct.FunctionItems if there is one, `native_modules` RunSpec.native_modules.
        """
        self.whole_reason = whole_reason
        self.deselected = 0
        self.config = session.config
        self._session = session
        self._function_items = function_items
        self._native = NativeModules(native_modules, session)
        # In pytest's order: file collectors, and items that stand outside of files.
        self._found: list[Any] = []
        # File collectors that were imported without error, by node id. Those that were expanded are kept with their
        # tests, since a collector registers its fixtures each time that it collects.
        self._files: dict[str, Any] = {}
        self._tests: dict[str, _ModuleTests] = {}
        self._by_ref: dict[tuple[str, int], Any] = {}
        self._wanted_file: Any = None
        # The places of a whole collection's items before any hook had its say, by identity.
        self._found_at: dict[int, int] = {}

    @property
    def is_whole(self) -> bool:
        return self.whole_reason is not None

    @property
    def module_in_the_making(self) -> str:
        """Node id of the module whose tests are being made on their own; empty otherwise."""
        return "" if self._wanted_file is None else self._wanted_file.nodeid

    def install(self) -> None:
        """From now on the session's collection is this one."""
        self._session.perform_collect = self._perform

    def description(self, errors: int) -> dict[str, Any]:
        """The Collection message."""
        if self.is_whole:
            entries = [_collected_test(item) for item in self._session.items]
            return {
                "mode": "WHOLE",
                "whole_reason": self.whole_reason,
                "tests": entries,
                "deselected": self.deselected,
                "digest": _digest(entry["node_id"] for entry in entries),
                "errors": errors,
                "order_binds": self._order_binds(),
                **self._native.fields(),
            }
        modules = list(self._files)
        fields = self._native.fields()
        # Workers that leave out others must not share a run.
        digest = _digest((*modules, "", *fields["native"]) if fields else modules)
        return {"mode": "BY_MODULE", "modules": modules, "digest": digest, "errors": errors, **fields}

    def note_order(self, items: list[Any]) -> None:
        """These were found, in this order; hooks are about to see them."""
        if self.is_whole:
            self._found_at = {id(item): place for place, item in enumerate(items)}

    def _order_binds(self) -> bool:
        """True if a hook moved a test before one that was found earlier, and not by chance."""
        if getattr(self.config.option, "randomly_reorganize", False):
            return False
        places = [self._found_at[id(item)] for item in self._session.items if id(item) in self._found_at]
        return any(map(operator.gt, places, places[1:]))

    def select(self, batch: dict[str, Any]) -> Selection:
        """Makes the items of a batch. Runs pytest's collection hooks the first time that a module is asked for."""
        begin = time.perf_counter()
        if self.is_whole:
            entries, missing = self._resolve(batch.get("tests", ()), self._by_ref)
            total, deselected, digest = len(self._session.items), self.deselected, ""
        else:
            module = self._module_tests(batch.get("module", ""))
            total, deselected, digest = len(module.entries), module.deselected, module.digest
            if batch.get("tests"):
                by_ref = {_key(entry.ref): entry.item for entry in module.entries}
                entries, missing = self._resolve(batch["tests"], by_ref)
            else:
                entries, missing = _part(module.entries, batch), []
        return Selection(entries, missing, total, deselected, digest, time.perf_counter() - begin)

    # The place of Session.perform_collect.

    def _perform(self, args: Any = None, genitems: bool = True) -> Any:
        session = self._session
        genuine = functools.partial(type(session).perform_collect, session)
        if args is not None or not genitems:
            # A plugin's own use.
            return genuine(args, genitems)
        with self._function_items.collecting(session) if self._function_items is not None else contextlib.nullcontext():
            if self._wanted_file is not None:
                return self._expand_file(self._wanted_file)
            if not self.is_whole:
                self._walk_and_import(genuine)
            elif self._function_items is None:
                genuine()
            else:
                self._with_hooks(genuine, self._genitems, lambda items: None)
        if self.is_whole:
            self._by_ref = {_key(entry.ref): entry.item for entry in _entries(session.items)}
        return session.items

    def _walk_and_import(self, genuine_perform_collect: Any) -> None:
        """pytest's own collection, in which each file is imported where it would have been collected.

        The hooks at its end see what was found only if that turns out to need the whole collection after all.
        """
        self._native.begin()
        self._with_hooks(genuine_perform_collect, self._import_files, self._decide)

    def _with_hooks(self, perform_collect: Any, genitems: Any, decide: Any) -> None:
        """pytest's own collection with these in the place of its own parts."""
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

    def _import_files(self, node: Any) -> Iterator[Any]:
        """In place of Session.genitems: directories are walked, files are kept, and no item is made."""
        if isinstance(node, pytest.File) and not isinstance(node, pytest.Package):
            if self._native.leave_out(node) or _import(node):
                self._found.append(node)
            return
        for item in type(self._session).genitems(self._session, node):
            self._found.append(item)
        # A generator that yields nothing: the session's items stay empty.
        yield from ()

    def _decide(self, items: list[Any]) -> None:
        """Everything is imported: `items` are filled now if they must be."""
        for node in self._native.settle():
            if not _import(node):
                self._found.remove(node)
        files = [node for node in self._found if isinstance(node, pytest.File)]
        if len(files) != len(self._found):
            self.whole_reason = "there are tests outside of files"
        else:
            self.whole_reason = soundness.reason_after_import(self._session.config, self._session, files)
        if not self.is_whole:
            # pytest's own, which finds fault with a wrong -k or -m even where there is no item.
            select_by_options(items, self.config)
            self._files = {node.nodeid: node for node in files}
            return
        vars(self._session).pop("genitems", None)
        self._native.give_up("the tests are collected as a whole")
        for node in self._found:
            items.extend(self._genitems(node) if isinstance(node, pytest.File) else [node])
        self._found.clear()

    # Batches.

    def _module_tests(self, node_id: str) -> _ModuleTests:
        tests = self._tests.get(node_id)
        if tests is None:
            node = self._files.get(node_id)
            if node is None:
                return _ModuleTests([], 0, _digest(()))
            self._wanted_file = node
            deselected_before = self.deselected
            session = self._session
            config = session.config
            try:
                # By the hook, so that what pytest wraps around a collection is there: warnings, logging. The config's
                # own check of the ini-file belongs to the end of the whole collection and has been made.
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
        """What perform_collect does after its walk, for one file."""
        session = self._session
        hook = session.config.hook
        collected_before = session.testscollected
        session.items = items = []
        # What pytest 8 and later remember of a collection; empty between collections.
        if hasattr(session, "_collection_cache"):
            session._collection_cache = {}
        with _without_garbage_collection():
            items.extend(self._genitems(node))
        if items:
            try:
                self._modify_items(items, hook)
            finally:
                hook.pytest_collection_finish(session=session)
        session.testscollected = collected_before + len(session.items)
        return session.items

    def _genitems(self, node: Any) -> Iterator[Any]:
        """Session.genitems, which asks for the hooks of each item anew."""
        session = self._session
        genuine = type(session).genitems
        if self._function_items is None or isinstance(node, pytest.Item):
            yield from genuine(session, node)
            return
        report, is_repeated = session._collect_one_node(node, not isinstance(node, pytest.File))
        hooks = node.ihook
        if report.passed:
            is_heard = bool(hooks.pytest_itemcollected.get_hookimpls())
            for child in report.result:
                if not is_heard and (is_late(child) or (isinstance(child, pytest.Item) and child.path is node.path)):
                    yield child
                else:
                    yield from self._genitems(child)
        if not is_repeated:
            hooks.pytest_collectreport(report=report)

    def _modify_items(self, items: list[Any], hooks: Any) -> None:
        session = self._session
        hook = hooks.pytest_collection_modifyitems
        if self._function_items is not None and not any(map(_is_bound_by_parameters, items)):
            # What it would put in another order is not there.
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


class _EndOfCollection:
    """A session's hooks while it walks and imports: those that end a collection wait for the decision."""

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


def _import(node: Any) -> bool:
    """Imports a file collector's module as its collection would, inside pytest's own collection protocol.

    False if that failed or was skipped; its report has then gone to the hooks.
    """
    if not isinstance(node, pytest.Module):
        return True
    # `collect` asks for the module and yields nothing. Of C functions only: pytest cuts tracebacks at the first frame
    # that is not its own, and there must be none of ours.
    node.collect = functools.partial(itertools.filterfalse, operator.attrgetter("obj"), (node,))
    try:
        report = collect_one_node(node)
    finally:
        del node.collect
    if not report.passed:
        node.ihook.pytest_collectreport(report=report)
    return report.passed


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """For a time in which much is made that stays."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_bound_by_parameters(item: Any) -> bool:
    """True if a parameter of a scope wider than a function's may put it next to others."""
    callspec = vars(item).get("callspec")
    return callspec is not None and any(scope is not Scope.Function for scope in callspec._arg2scope.values())


def _part(entries: list[Entry], batch: dict[str, Any]) -> list[Entry]:
    """What a batch by collection asks for of its module, see Batch.boundaries and Batch.except."""
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
    """Items with their refs; the index tells apart those that share a node id."""
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
    """A CollectedTest. The group's name is what xdist would take from the mark."""
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
    """Node id of the file collector above an item; of an item outside of files, the path part of its own."""
    node = item
    while node is not None:
        if isinstance(node, pytest.File) and not isinstance(node, pytest.Package):
            return node.nodeid
        node = node.parent
    return item.nodeid.split("::", 1)[0]


def _attach_log_handlers(config: Any) -> None:
    """Those that pytest holds attached while tests run, until its loop ends: the end of a collection takes them off."""
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
