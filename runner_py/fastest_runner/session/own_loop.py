"""A loop of the project that takes the place of pytest's loop (collection/own_loops.py has an example).

Such a loop may run any tests, in any order, and a test more than once. So the results of all tests are known only at
the loop's end, and the leases are answered then.
"""

from __future__ import annotations

from typing import Any

from ..collection.collection import Entry
from .batches import BatchLoop
from .results import Results


class OwnLoop:
    """One for a session with such a loop, on its main thread."""

    def __init__(self, loop: BatchLoop, results: Results) -> None:
        self._loop = loop
        self._results = results
        # The tests' places in the order in which they ran first, by node id.
        self._places: dict[str, int] = {}
        # The identities of items whose results were asked for.
        self._told: set[int] = set()

    def report(self, waits: bool) -> int:
        """Answers the leases. Returns how many tests have not run. `waits`: further leases may come."""
        self._note_places()
        return self._loop.report(self._place_of, waits)

    def _note_places(self) -> None:
        for node_id in self._results.keep_early():
            self._places.setdefault(node_id, len(self._places))

    def _place_of(self, entry: Entry) -> int | None:
        item: Any = entry.item
        place = self._places.get(item.nodeid)
        if place is None:
            return None
        if id(item) in self._told:
            # The coordinator tries a failed test once more.
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            self._note_places()
        self._told.add(id(item))
        return place
