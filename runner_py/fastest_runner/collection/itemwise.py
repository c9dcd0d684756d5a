"""Whether a pytest_collection_modifyitems is itemwise: it does to each test what it would do if there were no others.

For example, this hook is itemwise, and `items.sort(...)` is not:

    for item in items:
        if "slow" in item.keywords and not config.getoption("--runslow"):
            item.add_marker(pytest.mark.skip)

An itemwise hook does the same whether it is called once with all tests or once for each module, so it does not need
the whole collection. Only a small part of Python is accepted, as read from the hook's source: loops over the items,
marks and decisions that depend only on the item and the options, lists of items to keep or to leave out. With anything
else the answer is no.
"""

from __future__ import annotations

import ast
import fnmatch
import inspect
import itertools
import os
import platform
import re
import sys
import textwrap
import types
from typing import Any

import pytest


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What an expression may read of an item, a mark, a path or the options. None of these runs code of the project.
_ATTRIBUTES = _words(
    "name nodeid originalname keywords own_markers fixturenames fspath path location callspec id params parent cls "
    "module function __name__ __module__ __doc__ __class__ args kwargs parts suffix stem dirname basename strpath "
    "config option rootpath rootdir inipath"
)
_METHODS = _words(
    "get_closest_marker iter_markers listnames startswith endswith lower upper strip lstrip rstrip split rsplit "
    "partition rpartition replace removeprefix removesuffix find count join format get keys values items relative_to "
    "is_relative_to match as_posix joinpath intersection union difference issubset issuperset isdisjoint"
)
_BUILTINS = _words(
    "any all len isinstance issubclass hasattr getattr str int float bool sorted set list tuple dict frozenset min max "
    "repr enumerate zip"
)
# Functions and values of modules, as the source writes them.
_MODULES: dict[str, tuple[Any, frozenset[str]]] = {
    "sys": (sys, frozenset({"sys.platform", "sys.version_info"})),
    "platform": (platform, frozenset({"platform.system", "platform.machine", "platform.python_implementation"})),
    "re": (re, frozenset({"re.match", "re.search", "re.fullmatch"})),
    "fnmatch": (fnmatch, frozenset({"fnmatch.fnmatch", "fnmatch.fnmatchcase"})),
    "pytest": (pytest, frozenset({"pytest.Function", "pytest.Item", "pytest.Class", "pytest.Module"})),
    "os": (os, frozenset({"os.name", "os.sep", "os.path.join", "os.path.dirname", "os.path.basename"})),
}
# A conftest's own names may have values of these types, which no test can change.
_CONSTANTS = (str, bytes, int, bool, float, frozenset, type, re.Pattern, type(None))

_PLAIN_NODES = (
    *(ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.IfExp, ast.JoinedStr, ast.FormattedValue),
    *(ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Set, ast.Dict),
)


class _NotItemwise(Exception):
    """The hook's source has something that is not known to look at one item only."""


def treats_items_singly(function: Any, config: Any, group_marks: tuple[str, ...]) -> bool:
    """Returns True if the implementation of the hook is itemwise.

    `group_marks` are names of marks that bind items to each other. A hook with such a name is refused.
    """
    if not isinstance(function, types.FunctionType) or function.__closure__ or hasattr(function, "__wrapped__"):
        return False
    try:
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, ValueError, SyntaxError):
        return False
    if not isinstance(definition, ast.FunctionDef) or definition.name != function.__code__.co_name:
        return False
    try:
        _Hook(function, config, group_marks).check(definition)
    except _NotItemwise:
        return False
    return True


class _Hook:
    """Checks one implementation, statement by statement."""

    def __init__(self, function: Any, config: Any, group_marks: tuple[str, ...]) -> None:
        self._globals = function.__globals__
        self._config = config
        self._group_marks = group_marks
        # Local names: those that hold plain values, marks, and lists of items.
        self._values: set[str] = set()
        self._marks: set[str] = set()
        self._lists: set[str] = set()
        # All local names. None of them is looked up in the module.
        self._locals = set(function.__code__.co_varnames) | set(function.__code__.co_cellvars)
        self._item = ""
        self._written: set[str] = set()
        # Lists that a loop has filled. If a second loop filled such a list too, the items' order would change.
        self._filled: set[str] = set()
        self._filled_now: set[str] = set()
        # Whether `items` no longer has all items that there were.
        self._has_chosen = False
        # The conditions of lists that were written as comprehensions.
        self._conditions: dict[str, str] = {}
        # Pairs of lists: an item that a loop has not put into the first list is once in the second list.
        self._divided: set[tuple[str, str]] = set()

    def check(self, definition: ast.FunctionDef) -> None:
        arguments = definition.args
        names = {argument.arg for argument in arguments.args}
        others = (arguments.posonlyargs, arguments.kwonlyargs, arguments.vararg, arguments.kwarg, arguments.defaults)
        _require("items" in names and names <= {"session", "config", "items"} and not any(others))
        for decorator in definition.decorator_list:
            # A wrapper of other hooks has a `yield`, which is refused below.
            _require(isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.hookimpl")
        for node in ast.walk(definition):
            word = getattr(node, "attr", getattr(node, "value", None))
            _require(not isinstance(word, str) or word not in self._group_marks)
        self._values.update(names - {"items"})
        self._outer(definition.body)

    # Statements outside of loops. Decisions there hold for all items.

    def _outer(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if isinstance(statement, ast.If):
                if isinstance(statement.test, ast.Name) and statement.test.id in self._lists:
                    # Whether a list is empty depends on all items. So the choice must be the same without the question.
                    _require(not statement.orelse and not self._has_chosen)
                    for one in statement.body:
                        _require(self._does_nothing_if_empty(one, statement.test.id))
                else:
                    self._expression(statement.test)
                self._outer(statement.body)
                self._outer(statement.orelse)
            elif isinstance(statement, (ast.Pass, ast.Import)):
                pass
            elif isinstance(statement, ast.Return):
                _require(statement.value is None)
            elif isinstance(statement, ast.For):
                self._loop(statement)
            elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
                self._outer_assignment(statement)
            else:
                _require(isinstance(statement, ast.Expr))
                if not isinstance(statement.value, ast.Constant):
                    self._report(statement.value)

    def _does_nothing_if_empty(self, statement: ast.stmt, name: str) -> bool:
        """Returns True if a choice of items does nothing where the list is empty: the list has what is left out.

        For example, `items[:] = focused` under `if focused:` leaves out all tests of other modules.
        """
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return [ast.unparse(keyword.value) for keyword in statement.value.keywords] == [name]
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript):
            return False
        value = statement.value
        if isinstance(value, ast.Name):
            kept, left_out = self._conditions.get(value.id), self._conditions.get(name)
            return (name, value.id) in self._divided or kept in _opposites(left_out) or kept == _not_in(name)
        return isinstance(value, ast.ListComp) and _condition(value) == _not_in(name)

    def _outer_assignment(self, statement: Any) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        _require(len(targets) == 1 and statement.value is not None)
        (target,), value = targets, statement.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            _require(len(target.elts) == len(value.elts))
            for one, its_value in zip(target.elts, value.elts):
                self._bind(one, its_value)
        elif isinstance(target, ast.Subscript):
            _require(ast.unparse(target) == "items[:]")
            self._has_chosen = True
            _require(isinstance(value, ast.Name) and value.id in self._lists or self._chooses(value))
        else:
            self._bind(target, value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        _require(isinstance(target, ast.Name) and target.id not in ("items", "config", "session"))
        name = target.id
        # A name is written once.
        _require(name not in self._written)
        self._written.add(name)
        if isinstance(value, ast.List) and not value.elts or self._chooses(value):
            self._lists.add(name)
            if isinstance(value, ast.ListComp):
                self._filled.add(name)
                self._conditions[name] = _condition(value)
        elif self._is_mark(value):
            self._marks.add(name)
        else:
            self._expression(value)
            self._values.add(name)

    def _chooses(self, value: ast.expr) -> bool:
        """Returns True for a list of the items for which a condition on the item is true."""
        if not isinstance(value, ast.ListComp) or len(value.generators) != 1:
            return False
        (clause,) = value.generators
        if not isinstance(clause.target, ast.Name) or not _is_items(clause.iter):
            return False
        _require(isinstance(value.elt, ast.Name) and value.elt.id == clause.target.id and not clause.is_async)
        outside, self._item = self._item, clause.target.id
        self._with_names({clause.target.id}, clause.ifs)
        self._item = outside
        return True

    def _report(self, call: ast.expr) -> None:
        """Accepts config.hook.pytest_deselected(items=NAME)."""
        _require(isinstance(call, ast.Call) and ast.unparse(call.func).endswith("config.hook.pytest_deselected"))
        _require(not call.args and len(call.keywords) == 1 and isinstance(call.keywords[0].value, ast.Name))
        _require(call.keywords[0].value.id in self._lists)

    # A loop over the items.

    def _loop(self, loop: ast.For) -> None:
        _require(_is_items(loop.iter) and isinstance(loop.target, ast.Name) and not loop.orelse)
        self._item = loop.target.id
        _require(self._item not in self._written)
        assigned = {
            node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        # A name that is assigned for one item must not keep its value for the next item.
        _require(not assigned & (self._written | {"items", "config", "session"}))
        self._values.add(self._item)
        self._inner(loop.body, nested=False)
        self._values -= assigned
        self._marks -= assigned
        self._filled |= self._filled_now
        for first, second in itertools.permutations(self._filled_now, 2):
            if all(into_first or into_second == 1 for into_first, into_second in _endings(loop.body, first, second)):
                self._divided.add((first, second))
        self._filled_now.clear()
        self._item = ""

    def _inner(self, statements: list[ast.stmt], nested: bool) -> bool:
        """Checks the statements for one item. `_values` and `_marks` are the names that surely have a value by then.

        Returns False if statements after these are never reached.
        """
        for statement in statements:
            if isinstance(statement, ast.If):
                self._expression(statement.test)
                before = self._values.copy(), self._marks.copy()
                goes_on = self._inner(statement.body, nested)
                after = self._values, self._marks
                self._values, self._marks = before
                if self._inner(statement.orelse, nested):
                    if goes_on:
                        self._values, self._marks = self._values & after[0], self._marks & after[1]
                elif goes_on:
                    self._values, self._marks = after
                else:
                    return False
            elif isinstance(statement, ast.Continue) or nested and isinstance(statement, ast.Break):
                return False
            elif isinstance(statement, ast.Pass):
                pass
            elif isinstance(statement, ast.For):
                _require(not statement.orelse and isinstance(statement.target, ast.Name))
                self._expression(statement.iter)
                before = self._values.copy(), self._marks.copy()
                self._values.add(statement.target.id)
                self._inner(statement.body, nested=True)
                self._values, self._marks = before
            elif isinstance(statement, ast.Assign):
                _require(len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name))
                name = statement.targets[0].id
                _require(name != self._item)
                self._values.discard(name)
                self._marks.discard(name)
                if self._is_mark(statement.value):
                    self._marks.add(name)
                else:
                    self._expression(statement.value)
                    self._values.add(name)
            else:
                _require(isinstance(statement, ast.Expr))
                if not isinstance(statement.value, ast.Constant):
                    self._act(statement.value)
        return True

    def _act(self, call: ast.expr) -> None:
        """Accepts item.add_marker(MARK) and NAME.append(item)."""
        _require(isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1)
        receiver, (argument,) = call.func.value, call.args
        _require(isinstance(receiver, ast.Name))
        if receiver.id == self._item and call.func.attr == "add_marker":
            is_name = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            _require(is_name or self._is_mark(argument))
            for keyword in call.keywords:
                _require(keyword.arg == "append" and isinstance(keyword.value, ast.Constant))
        else:
            _require(receiver.id in self._lists - self._filled and call.func.attr == "append" and not call.keywords)
            _require(isinstance(argument, ast.Name) and argument.id == self._item)
            self._filled_now.add(receiver.id)

    # Expressions. They look at one item and the options, and change nothing.

    def _is_mark(self, value: ast.expr) -> bool:
        """Returns True for pytest.mark.NAME, a call of that, and a name that holds a mark."""
        if isinstance(value, ast.Name):
            return value.id in self._marks
        called = value.func if isinstance(value, ast.Call) else value
        if not isinstance(called, ast.Attribute) or ast.unparse(called.value) != "pytest.mark":
            return False
        _require("pytest" not in self._locals and self._globals.get("pytest") is pytest)
        if isinstance(value, ast.Call):
            for argument in (*value.args, *(keyword.value for keyword in value.keywords)):
                self._expression(argument)
        return True

    def _with_names(self, names: set[str], expressions: list[ast.expr]) -> None:
        new = names - self._values
        _require(not names & (self._lists | self._marks | {"items"}))
        self._values |= new
        for expression in expressions:
            self._expression(expression)
        self._values -= new

    def _expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.Name):
            _require(node.id in self._values or self._is_constant(node.id))
        elif isinstance(node, ast.Attribute):
            if not self._is_of_module(node):
                _require(node.attr in _ATTRIBUTES or ast.unparse(node.value).endswith("config.option"))
                self._expression(node.value)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Compare) and self._asks_for_item(node):
            pass
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            _require(len(node.generators) == 1 and not node.generators[0].is_async)
            (clause,) = node.generators
            _require(isinstance(clause.target, ast.Name))
            self._expression(clause.iter)
            self._with_names({clause.target.id}, [node.elt, *clause.ifs])
        else:
            _require(isinstance(node, _PLAIN_NODES))
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._expression(child)

    def _asks_for_item(self, node: ast.Compare) -> bool:
        """Returns True for "item in NAME" and "item not in NAME", if the list NAME is complete."""
        if not isinstance(node.left, ast.Name) or node.left.id != self._item or len(node.ops) != 1:
            return False
        (operator,), (place,) = node.ops, node.comparators
        is_there = isinstance(place, ast.Name) and place.id in self._filled
        return is_there and isinstance(operator, (ast.In, ast.NotIn))

    def _call(self, node: ast.Call) -> None:
        function = node.func
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._expression(argument)
        if isinstance(function, ast.Name):
            _require(function.id in _BUILTINS and function.id not in self._locals)
            _require(function.id not in self._globals)
            if function.id in ("getattr", "hasattr"):
                _require(len(node.args) > 1 and isinstance(node.args[1], ast.Constant))
                _require(node.args[1].value in _ATTRIBUTES)
            return
        _require(isinstance(function, ast.Attribute))
        if self._is_of_module(function):
            return
        if function.attr in ("getoption", "getini", "getvalue"):
            self._option(node, function)
        else:
            _require(function.attr in _METHODS)
        self._expression(function.value)

    def _option(self, node: ast.Call, function: ast.Attribute) -> None:
        """Accepts only an option that exists: another one is an error, which has to come before the first test."""
        _require(ast.unparse(function.value) in ("config", "session.config", f"{self._item}.config"))
        _require(bool(node.args) and isinstance(node.args[0], ast.Constant))
        try:
            getattr(self._config, function.attr)(node.args[0].value)
        except Exception as error:
            raise _NotItemwise from error

    def _is_of_module(self, node: ast.Attribute) -> bool:
        written = ast.unparse(node)
        name = written.split(".")[0]
        if name not in _MODULES or name in self._locals:
            return False
        module, allowed = _MODULES[name]
        return self._globals.get(name) is module and written in allowed

    def _is_constant(self, name: str) -> bool:
        if name in self._locals:
            return False
        if name not in self._globals:
            return name in _BUILTINS
        return _never_changes(self._globals[name])


def _never_changes(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_never_changes, value))
    return type(value) in _CONSTANTS


def _is_items(node: ast.expr) -> bool:
    return ast.unparse(node) in ("items", "items[:]", "list(items)")


def _condition(chosen: ast.ListComp) -> str:
    """Returns the condition of `[item for item in items if CONDITION]` as text, with one name for the item."""
    (clause,) = chosen.generators
    if len(clause.ifs) != 1 or not isinstance(clause.target, ast.Name):
        return ""
    return ast.dump(_Renaming(clause.target.id).visit(ast.parse(ast.unparse(clause.ifs[0]), mode="eval").body))


class _Renaming(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("<item>", node.ctx) if node.id == self._name else node


def _not_in(name: str) -> str:
    return ast.dump(ast.Compare(ast.Name("<item>", ast.Load()), [ast.NotIn()], [ast.Name(name, ast.Load())]))


def _opposites(condition: str | None) -> tuple[str, ...]:
    """Returns the texts of conditions that are true exactly where this condition is false."""
    before, after = "UnaryOp(op=Not(), operand=", ")"
    if not condition:
        return ()
    is_negated = condition.startswith(before)
    return (before + condition + after, *([condition[len(before) : -len(after)]] if is_negated else ()))


def _endings(statements: list[ast.stmt], first: str, second: str) -> set[tuple[int, int]]:
    """Returns how often an item may have been put into each of two lists at the end of a loop's body."""
    ended, goes_on = _paths(statements, {(0, 0)}, first, second)
    return ended | goes_on


def _paths(
    statements: list[ast.stmt], states: set[tuple[int, int]], first: str, second: str
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Returns the states of paths that end with `continue`, and of those that go on behind the statements."""
    ended: set[tuple[int, int]] = set()
    for statement in statements:
        if isinstance(statement, ast.If):
            ends, then = _paths(statement.body, states, first, second)
            other_ends, otherwise = _paths(statement.orelse, states, first, second)
            ended |= ends | other_ends
            states = then | otherwise
        elif isinstance(statement, ast.Continue):
            return ended | states, set()
        else:
            texts = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
            puts = texts.count(f"{first}.append"), texts.count(f"{second}.append")
            # A loop within the loop may put an item into a list many times, or never.
            if isinstance(statement, ast.For) and any(puts):
                return {(0, 0)}, set()
            states = {(min(one + puts[0], 2), min(two + puts[1], 2)) for one, two in states}
    return ended, states


def _require(condition: Any) -> None:
    if not condition:
        raise _NotItemwise
