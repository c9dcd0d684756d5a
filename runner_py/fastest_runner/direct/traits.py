"""An item's traits are known before it runs: whether the direct engine may run it, and what the run has to look at.

Most of that is the same for all tests of a place, or of a function, and is worked out once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import guards
from .fixture_plan import NO_FIXTURES, Plan, make_plan
from .phase_hooks import PhaseHooks
from .place import Place

SKIP_MARKS = frozenset({"skip", "skipif", "xfail"})


class Traits(NamedTuple):
    """The traits of one item."""

    place: Place
    # Why pytest's engine has to run the test; None if the direct engine may.
    reason: str | None
    plan: Plan | None = None
    has_skip_marks: bool = False
    has_filters: bool = False
    # The engine calls the item's own `runtest` and not the test's function, and pytest sets up the fixtures.
    runs_itself: bool = False


class Survey:
    """Finds the traits of items. One for a session, on its main thread."""

    def __init__(self, summarize: bool) -> None:
        """`summarize`: plugins sum up in this process what came of the tests."""
        self._summarize = summarize
        self._place: Place | None = None
        # Parts of locations by the file names that code objects have; for Place.
        self._paths: dict[str, str] = {}
        # By the identity of a place's hooks. The hooks are kept, so that no other object gets their identity.
        self._known_hooks: dict[int, tuple[Any, str | None, PhaseHooks]] = {}
        self._plans: dict[Any, tuple[Any, Plan | None]] = {}

    def plugins_changed(self) -> None:
        """Hooks may have been added."""
        self._known_hooks.clear()
        self._place = None

    def traits_of(self, item: Any) -> Traits:
        place = self._place
        if place is None or place.node is not item.parent or not place.is_current():
            place = self._place = self._make_place(item)
        reason = place.reason or guards.item_reason(item)
        if reason is not None:
            return Traits(place, reason)
        names = place.mark_names
        if item.own_markers:
            names = names.union([mark.name for mark in item.own_markers])
        reason = guards.marks_reason(names)
        if reason is not None:
            return Traits(place, reason)
        has_skip_marks, has_filters = not names.isdisjoint(SKIP_MARKS), "filterwarnings" in names
        if has_skip_marks and guards.has_live_condition(item):
            return Traits(place, "a mark has a condition that is evaluated")
        if place.hooks.call_functions or guards.runs_itself(item, names):
            return Traits(place, None, None, has_skip_marks, has_filters, True)
        return Traits(place, None, self._plan_of(item), has_skip_marks, has_filters)

    def _make_place(self, item: Any) -> Place:
        ihook = item.ihook
        known = self._known_hooks.get(id(ihook))
        if known is None:
            of_place = guards.HooksOfPlace(ihook, item.config.hook)
            hooks = PhaseHooks(of_place, guards.is_called_by_engine, self._summarize)
            known = self._known_hooks[id(ihook)] = (ihook, guards.hooks_reason(of_place), hooks)
        return Place(item, *known, self._paths)

    def _plan_of(self, item: Any) -> Plan | None:
        if not item.fixturenames:
            return NO_FIXTURES
        info = item._fixtureinfo
        key: Any = id(info)
        if not hasattr(item, "callspec"):
            # Functions without parameters have equal plans if their fixtures are the same.
            found = info.name2fixturedefs
            key = tuple([(name, id(found[name][-1]) if found.get(name) else 0) for name in item.fixturenames])
        known = self._plans.get(key)
        if known is None:
            # The info is kept, so that no other object gets its identity.
            known = self._plans[key] = (info, make_plan(item))
        return known[1]
