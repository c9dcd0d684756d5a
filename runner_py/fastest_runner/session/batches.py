"""The batch loop: leases come in, and tests run one after another. Each test knows the test after it."""

from __future__ import annotations

import collections
import os
import time
from typing import Any, Callable, Iterator, NamedTuple, Protocol

from ..collection.collection import Collection, Entry
from ..direct import is_late
from ..wire.frames import ref_json


class Messages(Protocol):
    """The part of a frames.Channel that the loop needs."""

    def queue(self, message: dict[str, Any]) -> None: ...

    def queue_json(self, text: str) -> None: ...

    def send_json(self, text: str) -> None: ...

    def send(self, message: dict[str, Any]) -> None: ...

    def flush(self) -> None: ...

    def poll(self) -> dict[str, Any] | None: ...

    def receive(self) -> dict[str, Any]: ...

    def receive_only(self, kind: str) -> dict[str, Any]: ...

    def in_foreign_process(self) -> bool: ...


class CommandError(Exception):
    """The agent sent something that is no command, or a command at the wrong time."""


class _Turn(NamedTuple):
    lease_id: int
    entry: Entry
    # The test's place among the lease's tests in Collected.
    position: int


class BatchLoop:
    """Says which tests to run, lease by lease, until `finish`, `stop` or the session's own end. One for a session.

    A lease's last test is held back until the test after it is known, since the teardown depends on that test.
    """

    def __init__(
        self,
        session: Any,
        collection: Collection,
        messages: Messages,
        take_result: Callable[[int, Entry, int], str],
    ) -> None:
        """`take_result(lease_id, entry, position)` returns the result of the test that has just run.

        The result is a field of Progress as JSON, or the numbers of a test that passed (the short form of
        docs/worker_protocol.md).
        """
        self._session = session
        self._collection = collection
        self._messages = messages
        self._take_result = take_result
        self._leases: collections.deque[dict[str, Any]] = collections.deque()
        self._finished = False
        # The last lease that came, and the last lease after which `waits` was sent; 0: none.
        self._last_lease_id = 0
        self._waited_after = 0
        # The open lease's tests that pytest does not know yet. A revocation takes tests from the end.
        self._open_lease_id = 0
        self._waiting: collections.deque[_Turn] = collections.deque()
        # How many tests each lease still has to report.
        self._unreported: dict[int, int] = {}
        # The last test's result. It travels with the next test's start.
        self._result = ""
        # The identities of items that have run. The collection keeps the items alive.
        self._ran: set[int] = set()
        self.stop_reason: str | None = None
        self.tests_run = 0
        # Bound here: a test may replace the clock.
        self._time_ns = time.time_ns
        # Called while no test runs, before the loop waits or makes a module's tests.
        self.before_pause: Callable[[], None] = lambda: None
        # Whether a report of the running test counts as one of pytest's outcomes.
        self.counts_test: Callable[[], bool] = lambda: False

    def tests(self) -> Iterator[tuple[Any, Any]]:
        """Yields each test and the test after it. When the caller asks for the next, the test has run.

        The caller runs the tests, and not this class, so that the stack is as deep as under pytest: a test can recurse
        exactly as far. Raises what pytest's own loop raises when the session has to end early, and CommandError. A
        caller that leaves before the end closes the generator, which sends the last result.
        """
        session = self._session
        # pytest looks after each test. So a wish from before the first test lets that test run.
        was_wished = bool(session.shouldfail or session.shouldstop)
        try:
            turns = self._turns()
            current = next(turns, None)
            while current is not None:
                following = next(turns, None)
                if not was_wished and (session.shouldfail or session.shouldstop):
                    # The making of the next lease's tests has failed.
                    self._end_early()
                if self.stop_reason is not None:
                    return
                self._begin(current)
                try:
                    yield current.entry.item, None if following is None else following.entry.item
                except GeneratorExit:
                    # The test has ended the session. pytest counts it if it has reported a failure, for example.
                    if self.counts_test() and not self._messages.in_foreign_process():
                        lease_id, entry, position = current
                        self._result = self._take_result(lease_id, entry, position)
                    raise
                self._end(current)
                if session.shouldfail or session.shouldstop:
                    self._end_early()
                current = following
        finally:
            self._queue_result()
            self._messages.flush()

    def has_lease(self) -> bool:
        """Waits until there is a lease or there will be none."""
        while not self._leases and not self._finished and self.stop_reason is None:
            self._queue_result()
            self._say_waiting()
            self._messages.flush()
            self._take(self._messages.receive())
        return bool(self._leases) and self.stop_reason is None

    def report(self, place_of: Callable[[Entry], int | None], waits: bool) -> int:
        """In place of tests(): reports tests that have run already. Returns how many of all leases have not run.

        `place_of(entry)` is the test's place in the order in which the tests have run, or None. `waits`: further leases
        may come.
        """
        not_run = 0
        while self._leases or (waits and self.has_lease()):
            lease = self._leases.popleft()
            lease_id = self._open_lease_id = int(lease["id"])
            ran = []
            entries = self._open(lease_id, lease)
            for position, entry in enumerate(entries):
                place = place_of(entry)
                if place is None:
                    not_run += 1
                else:
                    ran.append((place, _Turn(lease_id, entry, position)))
            self._unreported[lease_id] = len(ran)
            for _, turn in sorted(ran, key=lambda each: each[0]):
                self._begin(turn)
                self._end(turn)
            if entries and not ran:
                del self._unreported[lease_id]
                self._messages.queue({"lease_done": {"lease_id": lease_id}})
        self._queue_result()
        self._messages.flush()
        return not_run

    def _end_early(self) -> None:
        session = self._session
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def _begin(self, turn: _Turn) -> None:
        lease_id, entry, position = turn
        result, self._result = self._result, ""
        now = self._time_ns()
        # One message for each test.
        if not result:
            self._messages.send_json(f"[{lease_id},{position},{now}]")
        elif _is_short(result):
            self._messages.send_json(f"[{result},{lease_id},{position},{now}]")
        else:
            started = f'"started_lease_id":{lease_id},"started":{ref_json(entry.ref)},"started_at":{now / 1e9:.6f}'
            self._messages.send_json(f'{{"progress":{{{result},{started}}}}}')
        key = id(entry.item)
        if key in self._ran:
            _forget_run(entry.item)
        self._ran.add(key)

    def _end(self, turn: _Turn) -> None:
        if self._messages.in_foreign_process():
            # This is a child that the test forked. Its parent runs the rest of the session.
            os._exit(0)
        self.tests_run += 1
        lease_id, entry, position = turn
        self._result = self._take_result(lease_id, entry, position)
        self._unreported[lease_id] -= 1
        if self._unreported[lease_id] == 0:
            del self._unreported[lease_id]
            self._queue_result()
            self._messages.send({"lease_done": {"lease_id": lease_id}})

    def _queue_result(self) -> None:
        result, self._result = self._result, ""
        if result:
            self._messages.queue_json(f"[{result}]" if _is_short(result) else f'{{"progress":{{{result}}}}}')

    # Commands.

    def _turns(self) -> Iterator[_Turn]:
        """Yields all tests of all leases in order. Waits for leases, and ends with `finish` or `stop`."""
        while True:
            lease = self._next_lease()
            if lease is None:
                return
            lease_id = int(lease["id"])
            entries = self._open(lease_id, lease)
            self._open_lease_id = lease_id
            self._waiting.extend(_Turn(lease_id, entry, position) for position, entry in enumerate(entries))
            if entries:
                self._unreported[lease_id] = len(entries)
            while self._waiting:
                yield self._waiting.popleft()
                self._take_waiting_commands()
                if self.stop_reason is not None:
                    return

    def _open(self, lease_id: int, lease: dict[str, Any]) -> list[Entry]:
        selection = self._collection.select(lease.get("batch", {}))
        self._messages.queue(
            {
                "collected": {
                    "lease_id": lease_id,
                    "tests": [entry.ref for entry in selection.entries],
                    "missing": selection.missing,
                    "module_selected": selection.selected,
                    "module_deselected": selection.deselected,
                    "module_digest": selection.digest,
                    "collect_s": round(selection.seconds, 6),
                    "received_at": lease.get("received_at", 0.0),
                    "no_retry": _positions_of_mark(selection.entries, "no_retry"),
                }
            }
        )
        if not selection.entries:
            self._messages.queue({"lease_done": {"lease_id": lease_id}})
        return selection.entries

    def _next_lease(self) -> dict[str, Any] | None:
        self.before_pause()
        self._take_waiting_commands()
        return self._leases.popleft() if self.has_lease() else None

    def _say_waiting(self) -> None:
        """Sends `waits` once after each lease."""
        if self._waited_after != self._last_lease_id:
            self._waited_after = self._last_lease_id
            waits = {"last_lease_id": self._last_lease_id, "holds_back": bool(self._unreported)}
            self._messages.queue({"waits": waits})

    def _take_waiting_commands(self) -> None:
        while (command := self._messages.poll()) is not None:
            self._take(command)

    def _take(self, command: dict[str, Any]) -> None:
        if "run" in command and not self._finished:
            if "id" not in command["run"]:
                raise CommandError("a lease without id")
            self._leases.append(command["run"])
            self._last_lease_id = int(command["run"]["id"])
        elif "revoke" in command:
            self._give_back(command["revoke"])
        elif "finish" in command:
            self._finished = True
        elif "stop" in command:
            self.stop_reason = str(command["stop"].get("reason", "")) or "stopped"
        else:
            raise CommandError(f"unexpected command: {', '.join(map(str, command)) or 'empty'}")

    def _give_back(self, revoke: dict[str, Any]) -> None:
        """Gives back tests that have not begun: a waiting lease as a whole, or the last tests of the open lease."""
        lease_id = int(revoke.get("lease_id", 0))
        for lease in self._leases:
            if int(lease["id"]) == lease_id:
                self._leases.remove(lease)
                self._messages.queue({"returned": {"lease_id": lease_id, "whole": True}})
                return
        refs: list[dict[str, Any]] = []
        if lease_id == self._open_lease_id:
            while self._waiting and len(refs) < int(revoke.get("max_tests", 0)):
                refs.append(self._waiting.pop().entry.ref)
            refs.reverse()
            if refs:
                self._unreported[lease_id] -= len(refs)
        self._messages.queue({"returned": {"lease_id": lease_id, "tests": refs}})


def _is_short(result: str) -> bool:
    return result[0] != '"'


def _positions_of_mark(entries: list[Entry], name: str) -> list[int]:
    """Returns the positions of tests that have the mark, themselves or from a node above."""
    parent: Any = None
    all_have_it = False
    positions = []
    for position, entry in enumerate(entries):
        item = entry.item
        if item.parent is not parent:
            parent = item.parent
            all_have_it = parent.get_closest_marker(name) is not None
        if all_have_it or (not is_late(item) and item.own_markers and item.get_closest_marker(name) is not None):
            positions.append(position)
    return positions


def _forget_run(item: Any) -> None:
    """Before an item runs again: removes what its last run has left. It would be reported a second time."""
    for name in ("_report_sections", "user_properties"):
        kept = getattr(item, name, None)
        if isinstance(kept, list):
            kept.clear()
