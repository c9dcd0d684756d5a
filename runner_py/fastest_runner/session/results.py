"""The results of a session's tests and collectors: gathers pytest's reports, and makes messages of them."""

from __future__ import annotations

import collections
from typing import Any, Callable

from ..collection.collection import Entry
from ..direct import Declined
from .batches import Messages
from .rendering import Renderer
from .reports import ReportConverter, Status, Statuses, simple_pass


class Results:
    """One for a session, on its main thread. The direct engine asks it too, see direct.passed.Reported."""

    def __init__(self, config: Any, renderer: Renderer, messages: Messages) -> None:
        self._config = config
        self._messages = messages
        self._converter = ReportConverter(config, renderer)
        # The engine that runs tests or leaves them to pytest.
        self._engine: Any = Declined("")
        self._statuses: Statuses | None = None
        # The reports of the running test.
        self._reports: list[tuple[Any, Status]] = []
        # Reports of tests that have run before a lease asked for their results, by node id.
        self._early: dict[str, list[tuple[Any, Status]]] = {}
        # Whether plugins sum up in the control session what came of the tests.
        self._is_controlled = False
        self.collect_errors = 0
        # How often a collector was reported, by node id and outcome, of those that did not pass.
        self._collectors: collections.Counter[tuple[str, str]] = collections.Counter()

    def serialize(self) -> None:
        """From here on every report travels in pytest's own form too, for the control session."""
        self._converter.serializes = True

    # Tests.

    def begin_tests(self, is_controlled: bool) -> None:
        """Precondition: all plugins are registered."""
        self._is_controlled = is_controlled
        self._statuses = Statuses(self._config)

    def follow(self, engine: Any) -> None:
        """From here on the engine says what came of a test, before the test's reports do."""
        self._engine = engine

    def add(self, report: Any) -> None:
        """Adds a report of the running test. Precondition: pytest's reporter has asked for its status."""
        assert self._statuses is not None
        self._reports.append((report, self._statuses.of(report)))

    def take(self, lease_id: int, entry: Entry, position: int) -> str:
        """Returns the result of the test that has just run, for BatchLoop."""
        engine = self._engine
        if engine.passed is not None:
            return simple_pass(lease_id, entry, position, engine.passed, self._converter.serializes)
        reports, self._reports = self._reports, []
        if self._early:
            reports = [*self._early.pop(entry.item.nodeid, ()), *reports]
        ran, reason = ("ENGINE_DIRECT", "") if engine.reason is None else ("ENGINE_PYTEST", engine.reason)
        return f'"results":[{self._converter.test_result(lease_id, entry, reports, ran, reason)}]'

    def counts_test(self) -> bool:
        """Whether pytest's reporter has counted a report of the running test under a word."""
        return any(status.category for _, status in self._reports)

    def keep_early(self) -> list[str]:
        """Keeps the reports so far until a lease asks for them. Returns the tests' node ids in the reports' order."""
        for report, status in self._reports:
            self._early.setdefault(report.nodeid, []).append((report, status))
        self._reports = []
        return list(self._early)

    # What the direct engine asks.

    def has_reports(self) -> bool:
        return bool(self._reports)

    def report_first(self, log: Callable[[], None]) -> None:
        later, self._reports = self._reports, []
        log()
        self._reports += later

    def keeps_output_of_passes(self) -> bool:
        return self._converter.keeps_output_of_passes

    def are_summed_up(self) -> bool:
        return not self._is_controlled

    # Collectors.

    def add_collector(self, report: Any, is_again: bool) -> None:
        """Sends a collector's report. `is_again`: a module may be collected once more, for another part of it."""
        if report.passed:
            return
        if report.failed:
            self.collect_errors += 1
        occurrence = 0
        if not is_again:
            occurrence = self._collectors[report.nodeid, report.outcome]
            self._collectors[report.nodeid, report.outcome] += 1
        self._messages.queue({"collect_report": self._converter.collect_report(report, occurrence)})
