"""The plugin through which one pytest session is hosted: its loop, its reports and its texts go over the channel."""

from __future__ import annotations

import collections
import gc
import io
import os
import sys

# As it is now: a test may replace it.
from time import monotonic
from typing import Any, Callable, Iterator

import pytest
from _pytest import cacheprovider

from ..collection import listeners, own_fixtures, soundness
from ..collection.collection import Collection, Entry
from ..direct import make_engine, make_function_items
from ..roles import basetemp, coverage_part, junit_role, xdist_role
from ..wire import serialized
from . import control_session, reports
from .batches import BatchLoop, Messages
from .rendering import Renderer
from .reports import ReportConverter, Status, Statuses, simple_pass
from .session_facts import capture_descriptors, drop_plugin_summaries, keep_plugin_summaries, option_values
from .streams import NullText

# How often a collection says that it goes on, in seconds, where somebody would take silence for a hang.
_ALIVE_EVERY_S = 1.0


class SessionHost:
    """A plugin object; one for a worker's life. Its hooks run on the session's main thread."""

    def __init__(self, messages: Messages, run: dict[str, Any], worker_id: str) -> None:
        """`run` is the RunSpec."""
        self._messages = messages
        self._run = run
        self._worker_id = worker_id
        self._forward_terminal = bool(run.get("forward_terminal"))
        self._terminal = NullText()
        self._header: list[str] = []
        self._is_ready = False
        # When it was said last that the collection goes on; None where nobody asks.
        self._alive_at = monotonic() if run.get("hang_timeout_s") else None
        self._collection: Collection | None = None
        self._converter: ReportConverter | None = None
        self._collect_errors = 0
        # By node id and outcome, of those that did not pass.
        self._collectors: collections.Counter[tuple[str, str]] = collections.Counter()
        # Reports of collection that came before the converter, which needs a configured session.
        self._reports: list[tuple[Any, Status]] = []
        self._statuses: Statuses | None = None
        self._engine: Any = None
        self._function_items: Any = None
        self._junit: junit_role.JunitRecord | None = None
        # Who listens in the control session for what comes of the tests; empty if nobody does.
        self._listener = ""
        # Of those that listen, who does something at the start or end, too.
        self._preparing = ""
        # How the session ended, for `ended` and `failure`; `terminal_summary` is what plugins wrote in theirs, and
        # `worker_output` what they have to say to the control session, if there is one.
        self.terminal_summary = io.StringIO()
        self.worker_output = ""
        self.stop_reason = ""
        self.exit_called = False
        self.internal_error = ""

    # The session's life.

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config: Any) -> Iterator[None]:
        options = early_config.known_args_namespace
        coverage_part.leave_out_runner(options)
        if self._run.get("xdist_worker"):
            coverage_part.keep_data(options)
        yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_main(self, config: Any) -> Iterator[None]:
        run = self._run
        xdist_role.consume_options(config)
        if run.get("xdist_worker"):
            xdist_role.assume(config, run.get("run_id", ""), self._worker_id, int(run.get("slots", 1)))
        if self._forward_terminal:
            if run.get("color") and config.option.color == "auto":
                config.option.color = "yes"
            if run.get("columns") and _only_answers(config):
                # No test will see it, and these answers ask nobody else for the width.
                os.environ["COLUMNS"] = str(run["columns"])
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        if hasattr(config, "workerinput") and not getattr(config.option, "newfirst", True):
            # It would read the ids of the last run's tests, to which a worker neither looks nor adds.
            genuine = cacheprovider.NFPlugin

            def make_once(asking: Any) -> Any:
                # Sessions within tests have the genuine one.
                cacheprovider.NFPlugin = genuine  # type: ignore[misc]
                return _WithoutIds(config) if asking is config else genuine(asking)

            cacheprovider.NFPlugin = make_once  # type: ignore[assignment,misc]

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: Any) -> Iterator[None]:
        config = session.config
        run = self._run
        if run.get("junit_xml"):
            self._junit = junit_role.install(config)
        if run.get("xdist_worker"):
            basetemp.share(config, run.get("run_id", ""), self._worker_id)
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        color = bool(run.get("color"))
        columns = int(run.get("columns", 0))
        renderer = Renderer(config, reporter, color, columns)
        self._converter = ReportConverter(config, renderer)
        if reporter is not None:
            if self._forward_terminal:
                if columns:
                    reporter._tw.fullwidth = columns
                    reporter._screen_width = columns
            else:
                reporter._tw = renderer.writer(self._terminal)
                self._terminal.keeping = io.StringIO()
                # Nobody sees its progress, which it works out for each test: paths and percentages.
                reporter.showfspath = False
                reporter._show_progress_info = False
        reason = None
        if str(run.get("collection", "AUTO")) in ("WHOLE", "2"):
            reason = "the run asks for it"
        elif not _only_answers(config):
            reason = soundness.reason_before_collection(config, self._forward_terminal)
        if str(run.get("engine") or "auto") != "pytest" and not self._forward_terminal and not config.option.debug:
            self._function_items = make_function_items()
        self._collection = Collection(session, reason, self._function_items, run.get("native_modules", ()))
        if not _only_answers(config):
            self._collection.install()
        with own_fixtures.found_quickly():
            yield
        if run.get("xdist_worker"):
            xdist_role.lend_fixtures(session)
        if self._terminal.keeping is not None:
            self._header = _below_versions(self._terminal.keeping.getvalue().splitlines())
            self._terminal.keeping = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectstart(self) -> None:
        if self._alive_at is not None and monotonic() - self._alive_at >= _ALIVE_EVERY_S:
            self._alive_at = monotonic()
            self._messages.send({"alive": {}})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool | None:
        assert self._collection is not None and self._converter is not None
        self._statuses = Statuses(session.config)
        self._send_ready(session)
        if session.config.option.collectonly:
            return None
        if self._run.get("retries"):
            # Whether a failure is its test's last word is not known here: those that are, the coordinator counts.
            session.config.option.maxfail = 0
        loop = BatchLoop(session, self._collection, self._messages, self._take_result)
        engine = self._engine = self._make_engine(session)
        if engine is not None:
            loop.before_pause = engine.pause
        tests = loop.tests()
        try:
            for item, nextitem in tests:
                if engine is None or not engine.run(item, nextitem):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        finally:
            if engine is not None:
                engine.pause()
            tests.close()
            if loop.stop_reason is not None:
                self.stop_reason = loop.stop_reason
        if self._collect_errors and not loop.tests_run and not session.config.option.continue_on_collection_errors:
            # As pytest's own loop says it.
            count = session.testsfailed
            raise session.Interrupted(f"{count} error{'s' if count != 1 else ''} during collection")
        return True

    def _make_engine(self, session: Any) -> Any:
        if str(self._run.get("engine") or "auto") == "pytest":
            return None
        engine = make_engine(session, self._forward_terminal, self)
        # From here, where the loop is, to the caller of this hook: as many frames as any hook's call takes.
        engine.set_depth(_frames_to(sys._getframe(1), "_main"))
        return engine

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: Any) -> Any:
        __tracebackhide__ = True
        return None if self._function_items is None else self._function_items.make(collector, name, obj)

    # What the engine asks of us, see direct.passed.Reported.

    def has_reports(self) -> bool:
        return bool(self._reports)

    def report_first(self, log: Callable[[], None]) -> None:
        later, self._reports = self._reports, []
        log()
        self._reports += later

    def keeps_output_of_passes(self) -> bool:
        assert self._converter is not None
        return self._converter.keeps_output_of_passes

    def are_summed_up(self) -> bool:
        return not self._has_control()

    def _send_ready(self, session: Any) -> None:
        config = session.config
        self._is_ready = True
        if hasattr(config, "workerinput"):
            self._preparing = listeners.find_preparing(config)
            self._listener = listeners.find(config) or self._preparing
        if self._listener:
            assert self._converter is not None
            self._converter.serializes = True
            listeners.hush(config)
        if not (self._forward_terminal and config.option.collectonly) and not _only_answers(config):
            self._messages.send({"ready": self._ready(session)})

    def _ready(self, session: Any) -> dict[str, Any]:
        assert self._collection is not None
        config = session.config
        stdout_fd, stderr_fd = capture_descriptors(config)
        return {
            "collection": self._collection.description(self._collect_errors),
            "python_version": ".".join(map(str, sys.version_info[:3])),
            "pytest_version": pytest.__version__,
            "rootdir": str(config.rootpath),
            "inipath": str(config.inipath or ""),
            "header": self._header,
            "stdout_fd": stdout_fd,
            "stderr_fd": stderr_fd,
            "pid": os.getpid(),
            "options": option_values(config),
            "listener": self._listener,
            "listener_prepares": bool(self._preparing),
        }

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: Any, exitstatus: int) -> None:
        if not self._is_ready and exitstatus not in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
            # It ended within its collection (-x, pytest.exit): what it came to is still worth knowing.
            self._send_ready(session)
        if session.shouldfail and not self.stop_reason:
            self.stop_reason = str(session.shouldfail)
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if self._listener:
            listeners.hush_process()
        if self._has_control():
            drop_plugin_summaries(session.config)
        elif reporter is not None and not self._forward_terminal:
            keep_plugin_summaries(session.config, self._terminal, self.terminal_summary)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self, config: Any) -> None:
        junit_role.remove(config)
        # pytest lets the collector run more than once from here on, and the interpreter before it ends. What is no
        # garbage now will be there until then, and need not be walked each time: all items and their functions.
        # Python does not promise that finalizers of what is in cycles then run; a single worker, which is as pytest in
        # everything, leaves that to chance as pytest does.
        if hasattr(config, "workerinput"):
            gc.collect()
            gc.freeze()
        if self._listener:
            # What pytest's capture had in its place is there again.
            listeners.hush_process()
        if self._has_control():
            self.worker_output = control_session.literal_output(config.workeroutput)

    def _has_control(self) -> bool:
        return bool(self._run.get("control") or self._listener)

    def testsuite_properties(self) -> list[dict[str, str]]:
        """What tests have said of the whole suite, for a JUnit report."""
        properties = [] if self._junit is None else self._junit.properties
        return [{"name": name, "value": value} for name, value in properties]

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        value = excinfo.value
        if isinstance(value, pytest.Session.Interrupted):
            self.stop_reason = self.stop_reason or str(value)
            return
        self.exit_called = True
        self.stop_reason = str(getattr(value, "msg", "")) or str(value) or type(value).__name__

    def pytest_internalerror(self, excrepr: Any) -> None:
        self.internal_error = "".join(f"INTERNALERROR> {line}\n" for line in str(excrepr).split("\n"))

    # What is reported.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: Any) -> None:
        if self._engine is not None and call.excinfo is not None:
            self._engine.hide_frames(call.excinfo.value)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        # pytest's reporter has asked for the report's status before us, which may have changed the report's outcome.
        self._reports.append((report, self._statuses.of(report)))

    def _take_result(self, lease_id: int, entry: Entry, position: int) -> str:
        assert self._converter is not None
        engine = self._engine
        if engine is not None and engine.passed is not None:
            assert self._converter is not None
            return simple_pass(lease_id, entry, position, engine.passed, self._converter.serializes)
        reports, self._reports = self._reports, []
        ran = "direct" if engine is not None and engine.reason is None else "pytest"
        reason = (engine.reason or "") if engine is not None else ""
        return f'"results":[{self._converter.test_result(lease_id, entry, reports, ran, reason)}]'

    def pytest_plugin_registered(self) -> None:
        if self._engine is not None:
            self._engine.plugins_changed()

    @pytest.hookimpl(trylast=True)
    def pytest_collectreport(self, report: Any) -> None:
        assert self._converter is not None
        if report.passed:
            return
        if report.failed:
            self._collect_errors += 1
        occurrence = 0
        if not self._is_ready:
            # Later on a module may be collected again, for another part of it.
            occurrence = self._collectors[report.nodeid, report.outcome]
            self._collectors[report.nodeid, report.outcome] += 1
        self._messages.queue({"collect_report": self._converter.collect_report(report, occurrence)})

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        assert self._collection is not None
        self._collection.note_order(items)

    def pytest_deselected(self, items: Any) -> None:
        assert self._collection is not None
        self._collection.deselected += len(items)

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str, location: Any) -> None:
        message = reports.warning_message(self._run.get("invocation_dir", ""), warning_message, when, nodeid)
        if self._collection is not None and self._collection.module_in_the_making:
            message["module"] = self._collection.module_in_the_making
        if self._run.get("xdist_worker"):
            message["serialized"] = serialized.of_warning(warning_message, when, nodeid, location)
        self._messages.queue({"warning": message})


class _WithoutIds(cacheprovider.NFPlugin):
    # It would note the ids of items, which nobody writes down in a worker.
    pytest_collection_modifyitems = None  # type: ignore[assignment]

    def __init__(self, config: Any) -> None:
        self.config = config
        self.active = False
        self.cached_nodeids = set()


def _below_versions(lines: list[str]) -> list[str]:
    """What of a header's lines stands under "test session starts" and the line with the versions."""
    for number, line in enumerate(lines):
        if line.startswith("platform "):
            return lines[number + 1 :]
    return lines[1:]


def _frames_to(frame: Any, name: str) -> int:
    """How many frames lie between `frame` and the next function of that name that called it."""
    count = 0
    caller = frame.f_back
    while caller is not None and caller.f_code.co_name != name:
        count += 1
        caller = caller.f_back
    return count


def _only_answers(config: Any) -> bool:
    """True if an option asks pytest for an answer that needs no tests to be run: --help, --fixtures and such."""
    option = config.option
    names = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")
    return any(getattr(option, name, None) for name in names)
