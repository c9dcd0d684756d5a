"""The plugin that hosts one pytest session: the session's loop, reports and texts go over the channel."""

from __future__ import annotations

import base64
import gc
import os
import sys

# Bound here: a test may replace it.
from time import monotonic
from typing import Any, Iterator

import pytest
from _pytest.main import pytest_runtestloop as pytests_loop

from ..collection import listeners, own_fixtures, own_loops, soundness
from ..collection.collection import Collection
from ..direct import Declined, make_engine, make_function_items
from ..roles import basetemp, coverage_part, junit_role, xdist_role
from ..wire import serialized
from . import keyboard, reports, session_facts, silent_terminal
from .batches import BatchLoop, Messages
from .control_part import ControlPart
from .ending import Ending
from .own_loop import OwnLoop
from .rendering import Renderer
from .results import Results

# How often a collection sends a sign of life, in seconds, if the run takes silence for a hang.
_ALIVE_EVERY_S = 1.0


class SessionHost:
    """A plugin object; one for a worker's life. Its hooks run on the session's main thread."""

    def __init__(self, messages: Messages, run: dict[str, Any], worker_id: str) -> None:
        """`run` is the RunSpec."""
        self._messages = messages
        self._run = run
        self._worker_id = worker_id
        self._forward_terminal = bool(run.get("forward_terminal"))
        # The time of the last sign of life; None if none are wanted.
        self._alive_at = monotonic() if run.get("hang_timeout_s") else None
        self._is_ready = False
        self._control = ControlPart(bool(run.get("control")), bool(run.get("controller")))
        # These two need a configured session.
        self._collection: Any = None
        self._results: Any = None
        self._loop: Any = None
        # A loop of the project may take the place of ours.
        self._awaits_own_loop = False
        self._function_items: Any = None
        self._engine: Any = Declined("")
        self.terminal = silent_terminal.SilentTerminal()
        self.ending = Ending()

    # The session's life.

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_parse(self, pluginmanager: Any, args: list[str]) -> Iterator[None]:
        if self._run.get("xdist_worker"):
            config = pluginmanager.get_plugin("pytestconfig")
            genuine = config._consider_importhook

            def consider_importhook(*given: Any) -> None:
                # pytest knows its ini-file by now, and imports the first plugin next. No frame of ours is below that.
                del config._consider_importhook
                genuine(*given)
                self._control.await_controller(config, args, self._messages)

            config._consider_importhook = consider_importhook
        yield

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
        xdist_role.consume_options(config, may_debug=not run.get("xdist_worker"))
        if run.get("xdist_worker"):
            given = self._control.worker_input
            xdist_role.assume(config, run.get("run_id", ""), self._worker_id, int(run.get("slots", 1)), given)
            if self._control.is_met:
                # pytest-xdist's worker registers its loop here, so these are never called in its workers.
                own_loops.switch_off([loop for loop in own_loops.find(config) if not loop.tryfirst])
        if self._forward_terminal:
            if run.get("color") and config.option.color == "auto":
                config.option.color = "yes"
            if run.get("columns") and session_facts.only_answers(config):
                # No test will see it, and these answers ask nobody else for the width.
                os.environ["COLUMNS"] = str(run["columns"])
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        xdist_role.read_no_ids(config)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: Any) -> Iterator[None]:
        config = session.config
        run = self._run
        if run.get("junit_xml") and (record := junit_role.install(config)) is not None:
            self.ending.testsuite_properties = record.properties
        if run.get("xdist_worker"):
            basetemp.share(config, run.get("run_id", ""), self._worker_id)
            xdist_role.take_back(config)
        self._results = Results(config, self._take_over_terminal(config), self._messages)
        self._collection = self._make_collection(session)
        # Loops of the project are called before pytest's loop, or take its place.
        own_loops.pytests_own(config).function = self._run_tests
        with self.terminal.keeping_header(), own_fixtures.found_quickly():
            yield
        if run.get("xdist_worker"):
            xdist_role.lend_fixtures(session)
        elif not self._forward_terminal and config.pluginmanager.hasplugin("terminalreporter"):
            self.terminal.keep_lines_below_number(config.pluginmanager.get_plugin("terminalreporter"))

    @pytest.hookimpl(trylast=True)
    def pytest_enter_pdb(self, config: Any, pdb: Any) -> None:
        if not config.option.usepdb:
            keyboard.lend(pdb, not self._run.get("xdist_worker"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectstart(self) -> None:
        self._say_alive()

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtestloop(self, session: Any) -> Iterator[None]:
        config = session.config
        self._send_ready(session)
        if config.option.collectonly:
            yield
            return
        if self._run.get("retries"):
            # The coordinator counts the failures, since only it knows whether a failed test is retried.
            config.option.maxfail = 0
        self._results.begin_tests(self._control.is_played)
        loop = self._loop = BatchLoop(session, self._collection, self._messages, self._results.take)
        binding = own_loops.binding(config)
        if binding is not None and not loop.has_lease() and self._is_beside_others(session):
            # All tests are another worker's.
            own_loops.switch_off(own_loops.find(config))
        self._awaits_own_loop = binding is not None
        outcome: Any = yield
        if self._awaits_own_loop:
            not_run = OwnLoop(loop, self._results).report(waits=outcome.excinfo is None)
            if not_run or self._results.collect_errors:
                self.ending.note_loop(soundness.place_of(binding, soundness.foreign_origin(binding) or ""), not_run)

    def _run_tests(self, session: Any) -> bool:
        """In place of pytest's own implementation of pytest_runtestloop."""
        if session.config.option.collectonly:
            return bool(pytests_loop(session))
        loop = self._loop
        self._awaits_own_loop = False
        ran_early = bool(self._results.keep_early())
        engine = self._engine = self._make_engine(session, ran_early)
        # From this frame, which has the loop, to the hook's caller: each call of a hook takes as many frames.
        engine.set_depth(_frames_to(sys._getframe(), "_main"))
        loop.before_pause = engine.pause
        loop.counts_test = self._results.counts_test
        tests = loop.tests()
        try:
            for item, nextitem in tests:
                if not engine.run(item, nextitem):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        finally:
            engine.pause()
            tests.close()
            if loop.stop_reason is not None:
                self.ending.stop_reason = loop.stop_reason
        if self._results.collect_errors and not loop.tests_run:
            _stop_for_collect_errors(session)
        if not session.testscollected and self._control.tells_exit_status(session.config):
            self._collection.make_some_tests()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: Any, exitstatus: int) -> None:
        is_failure = exitstatus in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR)
        if not self._is_ready and (self._results.collect_errors or not is_failure):
            # The session ended within its collection (-x, pytest.exit), or a hook raised after errors of the
            # collection. The coordinator still wants to know of it.
            self._send_ready(session)
        if session.shouldfail and not self.ending.stop_reason:
            self.ending.stop_reason = str(session.shouldfail)
        self._control.finish_session(session, exitstatus)
        if self._forward_terminal:
            return
        if not self._control.is_played:
            self.terminal.keep_plugin_summaries(session.config)
        if hasattr(session.config, "workerinput"):
            silent_terminal.drop_own_summaries(session.config.pluginmanager.get_plugin("terminalreporter"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self, config: Any) -> None:
        junit_role.remove(config)
        if hasattr(config, "workerinput"):
            _freeze_what_is_left()
        self.ending.worker_output = self._control.output(config)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        self.ending.note_interruption(excinfo)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        # With --pdb the next implementation may raise pytest.exit.
        self.ending.note_internal_error(excrepr)

    def pytest_plugin_registered(self) -> None:
        self._engine.plugins_changed()

    # What is collected.

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: Any) -> Any:
        __tracebackhide__ = True
        return None if self._function_items is None else self._function_items.make(collector, name, obj)

    @pytest.hookimpl(trylast=True)
    def pytest_collectreport(self, report: Any) -> None:
        self._results.add_collector(report, is_again=self._is_ready)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        self._collection.note_order(items)

    def pytest_deselected(self, items: Any) -> None:
        self._collection.deselected += len(items)

    # What is reported.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: Any) -> None:
        if call.excinfo is not None:
            self._engine.hide_frames(call.excinfo.value)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        # pytest's reporter has asked for the report's status already. That may have changed the report's outcome.
        self._results.add(report)
        if self._awaits_own_loop:
            self._say_alive()

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str, location: Any) -> None:
        message = reports.warning_message(self._run.get("invocation_dir", ""), warning_message, when, nodeid)
        if self._collection is not None and self._collection.module_in_the_making:
            message["module"] = self._collection.module_in_the_making
        if self._run.get("xdist_worker"):
            message["serialized"] = serialized.of_warning(warning_message, when, nodeid, location)
        self._messages.queue({"warning": message})

    # What the hooks above are made of.

    def _say_alive(self) -> None:
        if self._alive_at is not None and monotonic() - self._alive_at >= _ALIVE_EVERY_S:
            self._alive_at = monotonic()
            self._messages.send({"alive": {}})

    def _take_over_terminal(self, config: Any) -> Renderer:
        """Returns a renderer that writes texts of reports as the user's terminal shows them."""
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        columns = int(self._run.get("columns", 0))
        renderer = Renderer(config, reporter, bool(self._run.get("color")), columns)
        if reporter is not None:
            if not self._forward_terminal:
                self.terminal.replace_terminal_of(reporter, renderer, shows_paths=False)
            elif columns:
                silent_terminal.set_width(reporter, columns)
        return renderer

    def _make_collection(self, session: Any) -> Collection:
        config = session.config
        only_answers = session_facts.only_answers(config)
        reason = None
        if str(self._run.get("collection", "AUTO")) in ("WHOLE", "2"):
            reason = "the run asks for it"
        elif not only_answers:
            reason = self._control.reason_for_whole or soundness.reason_before_collection(
                config, self._forward_terminal
            )
        if self._engine_wanted() != "ENGINE_PYTEST" and not self._forward_terminal and not config.option.debug:
            self._function_items = make_function_items()
        # A listener may be there that only the control session knows.
        constant = () if self._control.is_played else self._run.get("native_modules", ())
        groups = self._control.groups
        collection = Collection(session, reason, self._function_items, constant, groups and groups.of)
        if not only_answers:
            collection.install()
        return collection

    def _send_ready(self, session: Any) -> None:
        config = session.config
        self._is_ready = True
        self._control.find_listeners(config)
        if self._control.listener:
            self._results.serialize()
        if (self._forward_terminal and config.option.collectonly) or session_facts.only_answers(config):
            return
        ready = {
            "collection": self._collection.description(self._results.collect_errors),
            "header": self.terminal.header,
            "listener": self._control.listener,
            **session_facts.of_session(config),
        }
        if self._collection.is_live:
            ready["options"]["live"] = "true"
        self._messages.send({"ready": ready})
        if self.terminal.below_number:
            text = base64.b64encode(self.terminal.below_number.encode("utf-8", "backslashreplace")).decode("ascii")
            self._messages.queue({"output": {"stream": "STDOUT", "data": text}})

    def _is_beside_others(self, session: Any) -> bool:
        """Whether other sessions of the run may have tests that this session has collected, too."""
        return bool(self._run.get("xdist_worker") or (session.items and not session.testsfailed))

    def _make_engine(self, session: Any, ran_early: bool) -> Any:
        """Returns the engine that runs tests or leaves them to pytest. `ran_early`: a loop of the project ran tests."""
        serializer = listeners.serializer(session.config) if self._control.listener else ""
        if ran_early or serializer or self._engine_wanted() == "ENGINE_PYTEST":
            engine: Any = Declined(serializer)
        else:
            engine = make_engine(session, self._forward_terminal, self._results)
        self._results.follow(engine)
        return engine

    def _engine_wanted(self) -> str:
        return str(self._run.get("engine") or "ENGINE_AUTO")


def _stop_for_collect_errors(session: Any) -> None:
    """Raises what pytest's own loop raises, unless --continue-on-collection-errors is given."""
    if not session.config.option.continue_on_collection_errors:
        count = session.testsfailed
        raise session.Interrupted(f"{count} error{'s' if count != 1 else ''} during collection")


def _freeze_what_is_left() -> None:
    """Spares the garbage collector work at the end of a worker's session.

    The collector runs more than once from here on: pytest calls it, and the interpreter at its end. Objects that are no
    garbage now live until then, and need not be walked each time: all items and their functions. Python does not
    promise that finalizers of objects in cycles run at its end. A single worker is like pytest in everything, so it
    leaves that to chance, as pytest does.
    """
    gc.collect()
    gc.freeze()


def _frames_to(frame: Any, name: str) -> int:
    """Returns how many frames lie between `frame` and its nearest caller of that name."""
    count = 0
    caller = frame.f_back
    while caller is not None and caller.f_code.co_name != name:
        count += 1
        caller = caller.f_back
    return count
