"""pytest with --fastest is the control session of the run that it calls for (docs/adr/0055).

All that the session does as pytest-xdist's controller is ControlHost's. Here is what differs, because a person looks at
this session: it has pytest's own terminal and reports, and it outlives a coordinator that fails.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Iterator, NoReturn, Protocol, Sequence

import pytest
from _pytest import junitxml

from ..roles import basetemp, coverage_part, scheduling
from ..wire.frames import Channel, FrameDecoder
from .control_session import KEEPERS_OF_RESULTS, ControlHost

_LISTENER = "pytest --fastest"
# How a test's pytest.exit is told as a reason.
_EXIT = "_pytest.outcomes.Exit: "
# The run's exit code where the coordinator cannot give one: it was killed.
_NOT_RUN = 10


class Coordinator(Protocol):
    """The child process, as this session sees it."""

    slots: int
    show: Any

    def accept(self) -> tuple[int, bytes] | None: ...
    def receive(self, channel_fd: int) -> bytes: ...
    def interrupt(self) -> None: ...
    def finish(self) -> int: ...


class Editor(Protocol):
    """Somebody who wants to hear of a test before its reports are told."""

    def before_test(self, node_id: str, reports: list[Any]) -> None: ...


class _Lost(Exception):
    """The coordinator has ended, and the run is not over."""


def _lose() -> NoReturn:
    raise _Lost


class _Messages:
    """The channel, once there is one. What is said before waits."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._early: list[dict[str, Any]] = []

    def open(self, fd: int) -> None:
        self._channel = Channel(fd, _lose)
        for message in self._early:
            self._channel.queue(message)
        self._early.clear()

    def queue(self, message: dict[str, Any]) -> None:
        if self._channel is None:
            self._early.append(message)
        else:
            self._channel.queue(message)

    def send(self, message: dict[str, Any]) -> None:
        self.queue(message)
        self.flush()

    def flush(self) -> None:
        if self._channel is not None:
            self._channel.flush()


class CallersSession(ControlHost):
    """A plugin object; one for the process."""

    _with_objects = True

    def __init__(self, coordinator: Coordinator, editors: Sequence[Editor]) -> None:
        self._channel = _Messages()
        super().__init__(self._channel, {"slots": coordinator.slots})  # type: ignore[arg-type]
        self._coordinator = coordinator
        self._editors = editors
        self._channel_fd = -1
        self._decoder = FrameDecoder()
        self._session: Any = None
        self._reporter: Any = None
        self._interrupt: KeyboardInterrupt | None = None
        # Planned tests without a result, in order. A file stands for tests whose names nobody knew.
        self._open: dict[str, None] = {}
        self._is_lost = False
        self._is_concluded = False
        # The run's exit code; None: it is pytest's.
        self._exit_code: int | None = None

    def take_part(self, config: Any) -> None:
        """Has plugins take this session for a controller's. Before they choose their part."""
        self._take_part(config.known_args_namespace)
        coverage_part.leave_out_runner(config.known_args_namespace)

    # The session's life.

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        # This plugin is registered too late for that: see take_part.
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: Any) -> Iterator[None]:
        self._be_controller(config)
        outcome: Any = yield
        if outcome.excinfo is None and self._exit_code is not None:
            outcome.force_result(self._exit_code)

    def pytest_report_header(self) -> str:
        return f"fastest: {self._coordinator.slots} workers"

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: Any) -> Iterator[None]:
        self._session = session
        config = session.config
        config.option.tx = ["popen"] * self._coordinator.slots
        plugins = config.pluginmanager
        plugins.register(scheduling.Defaults(config), "fastest_defaults")
        # The coordinator keeps pytest's cache.
        for name in KEEPERS_OF_RESULTS:
            if plugins.hasplugin(name):
                plugins.unregister(name=name)
        self._reporter = plugins.get_plugin("terminalreporter")
        self._coordinator.show = self._show
        if self._reporter is not None:
            # Tests of many files take turns.
            self._reporter.showfspath = False
        yield
        if not self._meet():
            code = self._end_early()
            pytest.exit(f"fastest-coordinator ended with {_how(code)} before the run began", self._exit_code)
        basetemp.share(config, str(self._run.get("run_id", "")), "")
        self._set_up_nodes(config)

    def _meet(self) -> bool:
        """Waits for the run. False: the coordinator has ended."""
        found = self._coordinator.accept()
        if found is None:
            return False
        self._channel_fd, start = found
        decoder = FrameDecoder()
        decoder.feed(start)
        message = decoder.next()
        if message is None:
            return False
        self._run = message["start"]["run"]
        self._channel.open(self._channel_fd)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        try:
            self._make_scheduler(session.config)
            ready = {"pid": os.getpid(), "stdout_fd": -1, "stderr_fd": -1, "listener": _LISTENER}
            self._channel.send({"ready": ready})
            conclusion = self._follow(session.config)
        except _Lost:
            self._is_lost = True
            code = self._end_early()
            if self._interrupt is not None:
                raise self._interrupt from None
            raise session.Interrupted(f"fastest-coordinator ended with {_how(code)} before the run was over") from None
        self._is_concluded = True
        self._count_deselected(int(conclusion.get("tests_deselected", 0)))
        _add_properties(session.config, conclusion.get("testsuite_properties", ()))
        if self._interrupt is not None:
            self._conclude(session, {**conclusion, "stop_reason": ""})
            raise self._interrupt
        reason = str(conclusion.get("stop_reason", ""))
        if reason.startswith(_EXIT):
            self._conclude(session, {**conclusion, "stop_reason": ""})
            # The coordinator knows the exit code.
            pytest.exit(reason[len(_EXIT) :])
        self._conclude(session, conclusion)
        return True

    def _follow(self, config: Any) -> dict[str, Any]:
        """Tells the hooks what the workers have said, until the run is over. Returns how it went."""
        while True:
            try:
                command = self._receive()
                if "conclude" in command:
                    return dict(command["conclude"])
                if "configure_node" in command:
                    self._set_up(config, str(command["configure_node"].get("worker_id", "")))
                    self._channel.flush()
                self._is_replaying = True
                for told in command.get("replay", {}).get("told", ()):
                    self._replay(config, told)
                self._is_replaying = False
            except KeyboardInterrupt as interrupt:
                if self._interrupt is not None:
                    raise
                # The workers tear their fixtures down, and the session goes on with what has come until then.
                self._interrupt = interrupt
                self._coordinator.interrupt()

    def _receive(self) -> dict[str, Any]:
        while (message := self._decoder.next()) is None:
            data = self._coordinator.receive(self._channel_fd)
            if not data:
                raise _Lost
            self._decoder.feed(data)
        return message

    def _end_early(self) -> int:
        """Takes the exit code of a coordinator that has ended before its time, as the run's."""
        self._close()
        code = self._coordinator.finish()
        self._exit_code = code if code > 0 else _NOT_RUN
        return code

    def _close(self) -> None:
        if self._channel_fd >= 0:
            os.close(self._channel_fd)
            self._channel_fd = -1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        # Plugins' summaries are pytest's matter here.
        pass

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        if not self._is_concluded:
            return
        status = int(self._session.exitstatus)
        with contextlib.suppress(_Lost):
            self._channel.send({"ended": self.ending.message(status, "")})
        self._close()
        code = self._coordinator.finish()
        # The coordinator's exit code has pytest's in it. But what the user interrupts ends as pytest says.
        self._exit_code = status if self._interrupt is not None else code if code >= 0 else _NOT_RUN

    # What is told.

    def _replay(self, config: Any, told: dict[str, Any]) -> None:
        if "expected" in told:
            self._expect(told["expected"])
        else:
            super()._replay(config, told)

    def _set_up(self, config: Any, name: str) -> None:
        super()._set_up(config, name)
        # pytest writes a line about the worker above each failure, unless it knows that line already.
        self._nodes[name]._workerinfocache = ""

    def _tell_test(self, config: Any, place: dict[str, Any], reports: list[Any]) -> None:
        self._open.pop(place["nodeid"], None)
        for editor in self._editors:
            editor.before_test(place["nodeid"], reports)

    def _expect(self, expected: dict[str, Any]) -> None:
        for node_id in expected.get("node_ids", ()):
            self._open[node_id] = None
        tests = int(expected.get("tests", 0))
        is_first = not self._session.testscollected
        # The percentages of pytest's progress are of this number.
        self._session.testscollected = tests
        reporter = self._reporter
        if is_first and tests and reporter is not None and reporter.verbosity >= 0:
            reporter.ensure_newline()
            reporter.write_line(f"{self._coordinator.slots} workers [{tests} item{'s' if tests != 1 else ''}]")

    def _count_deselected(self, number: int) -> None:
        if self._reporter is not None and number:
            self._reporter.stats.setdefault("deselected", []).extend([None] * number)

    # What is shown.

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._is_lost and self._open:
            terminalreporter.section("tests that have no result")
            for node_id in self._open:
                terminalreporter.write_line(node_id)

    def pytest_warning_recorded(self) -> None:
        # This session shows its warnings itself.
        pass

    def _keep_text(self) -> None:
        # It is shown.
        pass

    def _show(self, pipe: str, text: bytes) -> None:
        """Shows what tests have written past pytest's capture, and the coordinator's lines for the user."""
        if text.startswith(b"fastest: ") and self._reporter is not None:
            self._reporter.ensure_newline()
        stream = sys.stdout if pipe == "stdout" else sys.stderr
        stream.flush()
        if hasattr(stream, "buffer"):
            stream.buffer.write(text)
        else:
            stream.write(text.decode("utf-8", "replace"))
        stream.flush()


def _add_properties(config: Any, properties: Sequence[dict[str, str]]) -> None:
    """Adds what tests have recorded for the whole suite to pytest's JUnit report."""
    key = getattr(junitxml, "xml_key", None)
    log = None if key is None else config.stash.get(key, None)
    if log is not None:
        for each in properties:
            log.add_global_property(each.get("name", ""), each.get("value", ""))


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
