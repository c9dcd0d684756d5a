"""Makes items of test functions as pytest's constructors leave them, at once or when somebody looks.

For a test without fixtures, parameters and marks the engine needs only the function and the node id. Most of an item's
attributes are never asked for. A late item is a Function without these attributes. When somebody asks for one of them,
the item is filled as pytest would have filled it at its collection, and is a genuine Function from then on.
"""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from _pytest.fixtures import FuncFixtureInfo
from _pytest.mark.structures import Mark
from _pytest.nodeid import NodeId
from _pytest.nodes import NodeKeywords
from _pytest.python import Class, Function
from _pytest.stash import Stash

# A late item's own attributes, besides its name and its parent: its function, and its ids once somebody asked for them.
_FUNCTION = "_late_function"
_ID = "_late_id"
_NODE_ID = "_late_node_id"


class LateFunction(Function):
    """Only make_late makes one."""

    # Without this an item could not change its class.
    __slots__ = ()
    is_late_item = True
    # pytest_pyfunc_call asks for it. That is no reason to fill an item.
    _fixtureinfo = FuncFixtureInfo((), (), [], {})

    def __getattr__(self, name: str) -> Any:
        # pytest's items have a callspec only if they have parameters.
        if name == "callspec" or name.startswith("__"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        fill(self)
        return getattr(self, name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Used for copies, which need all attributes."""
        fill(self)
        return self.__reduce_ex__(protocol)

    @property
    def id(self) -> NodeId:
        own = vars(self)
        node_id: NodeId | None = own.get(_ID)
        if node_id is None:
            node_id = own[_ID] = self.parent._id.child(self.name)
        return node_id

    @property
    def nodeid(self) -> str:
        own = vars(self)
        node_id: str | None = own.get(_NODE_ID)
        if node_id is None:
            node_id = own[_NODE_ID] = f"{self.parent.nodeid}::{self.name}"
        return node_id


# The texts of items show the name of their class.
LateFunction.__name__ = LateFunction.__qualname__ = Function.__name__


def make(
    parent: Any,
    name: str,
    originalname: str,
    node_id: NodeId,
    marks: list[Mark],
    info: FuncFixtureInfo,
    function: FunctionType | None = None,
) -> Any:
    """Returns a Function as its constructor leaves it, without parameters, and without keywords that are no marks.

    `function` is what the parent had under the name `originalname` when it was collected. None: it has it still.
    """
    item: Any = Function.__new__(Function)
    item.name = name
    item.parent = parent
    if type(parent) is Class:
        item._instance = parent.newinstance()
        item._obj = getattr(item._instance, originalname) if function is None else MethodType(function, item._instance)
    else:
        item._instance = None
        item._obj = getattr(parent._obj, originalname) if function is None else function
    _complete(item, originalname, node_id, marks, info)
    return item


def _complete(item: Any, originalname: str, node_id: NodeId, marks: list[Mark], info: FuncFixtureInfo) -> None:
    parent = item.parent
    item.config = parent.config
    item.session = parent.session
    item.path = parent.path
    item.keywords = NodeKeywords(item)
    item.own_markers = marks[:]
    item.extra_keyword_matches = set()
    item._id = node_id
    item.stash = item._store = Stash()
    item._report_sections = []
    item.user_properties = []
    item.originalname = originalname
    if marks:
        item.keywords._markers.update((mark.name, mark) for mark in marks)
    item._fixtureinfo = info
    item.fixturenames = info.names_closure
    item._initrequest()


def make_late(parent: Any, name: str, function: FunctionType) -> Any:
    """`function` has no arguments, marks or attributes. The parent's module or class has it under this name."""
    item: Any = LateFunction.__new__(LateFunction)
    item.parent = parent
    item.name = name
    vars(item)[_FUNCTION] = function
    return item


def begin(item: Any) -> None:
    """Gives a late item, before it runs, what pytest_pyfunc_call asks for. The caller then sets funcargs to None."""
    own = vars(item)
    _provide_object(item, own, own[_FUNCTION])
    own["funcargs"] = {}


def fill(item: Any) -> None:
    """Makes a late item a genuine Function, if it is none yet."""
    if type(item) is not LateFunction:
        return
    item.__class__ = Function
    own = vars(item)
    function = own.pop(_FUNCTION)
    node_id = own.pop(_ID, None) or item.parent._id.child(item.name)
    own.pop(_NODE_ID, None)
    funcargs = own.get("funcargs", ())
    if "_obj" not in own:
        _provide_object(item, own, function)
    _complete(item, item.name, node_id, [], FuncFixtureInfo((), (), [], {}))
    if funcargs is None:
        # The item has run: here is what pytest leaves.
        item._request = False
        item.funcargs = None
    elif funcargs != ():
        # The item runs: pytest's set-up would have put it there.
        item.session._setupstate.stack[item] = ([item.teardown], None)


def _provide_object(item: Any, own: dict[str, Any], function: Any) -> None:
    if type(item.parent) is Class:
        own["_instance"] = item.parent.newinstance()
        own["_obj"] = MethodType(function, own["_instance"])
    else:
        own["_instance"] = None
        own["_obj"] = function
