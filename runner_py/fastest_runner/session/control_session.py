"""The control session: plugins take it for pytest-xdist's controller. It runs no tests, and gets the workers' results.

Plugins such as pytest-cov have a worker's part and a controller's part. A run with a control session has one process
more, which plays the controller's part (docs/adr/0021-control-session.md). Where a project speaks of the two roles, the
workers wait until this session has set them up (docs/adr/0049-the-controller-first.md).
"""

from __future__ import annotations

import base64
import os
import platform
import sys
from types import SimpleNamespace
from typing import Any, Iterator

import pytest

from ..collection import listeners
from ..roles import basetemp, coverage_part, scheduling, stand_in, xdist_role
from ..roles.node import Node, Surroundings
from ..wire import serialized, values
from . import reports
from .batches import CommandError, Messages
from .control_part import told_of
from .ending import Ending
from .rendering import Renderer
from .silent_terminal import SilentTerminal

# pytest's own plugins that write down which tests there are and which failed. In this session there are none.
KEEPERS_OF_RESULTS = ("lfplugin", "nfplugin")
# What pytest-xdist says of every worker that has died.
_DIED = "Not properly terminated"


class _Gateway:
    """How a worker is reached: all workers have this machine and this interpreter."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.spec = SimpleNamespace(popen=True, id=name, chdir=None, python=None)

    def _rinfo(self) -> Any:
        return SimpleNamespace(
            platform=sys.platform,
            version_info=tuple(sys.version_info),
            version=sys.version,
            executable=sys.executable,
            cwd=os.getcwd(),
            pid=None,
        )


class _Node:
    """A worker as the controller's side of plugins sees it. It has `workeroutput` if the worker ended in good order."""

    def __init__(self, config: Any, run: dict[str, Any], name: str) -> None:
        slots = int(run.get("slots", 1))
        uid = run.get("run_id", "")
        self.config = config
        self.gateway = _Gateway(name)
        self.nodemanager = SimpleNamespace(config=config, roots=[], specs=[self.gateway.spec] * slots, testrunuid=uid)
        self.workerinput = {"workerid": name, "workercount": slots, "testrunuid": uid, "mainargv": sys.argv}
        self.workerinfo = {
            "id": name,
            "spec": self.gateway.spec,
            "version": sys.version,
            "version_info": tuple(sys.version_info),
            "sysplatform": sys.platform,
            "platform": platform.platform(),
            "executable": sys.executable,
            "cwd": os.getcwd(),
        }
        self.shutting_down = False
        # Of pytest's: a line about the worker. None: pytest makes the line when it is wanted.
        self._workerinfocache: str | None = None

    def __repr__(self) -> str:
        return f"<WorkerController {self.gateway.id}>"


class ControlHost:
    """A plugin object; one for the process. Its hooks run on the session's main thread."""

    # See serialized.test_of.
    _with_objects = False

    def __init__(self, messages: Messages, run: dict[str, Any]) -> None:
        """`run` is the RunSpec."""
        self._messages = messages
        self._run = run
        self._nodes: dict[str, _Node] = {}
        self._surroundings = Surroundings()
        # What the workers of the run's first ones take on. The scheduler is made later than their nodes.
        self._first_nodes: dict[str, Node] = {}
        self._scheduling: tuple[str, ...] = ()
        self._scheduler: Any = None
        self._has_scheduler = False
        self._concluding = False
        self._is_replaying = False
        # Lines that the user has read.
        self._said: set[str] = set()
        # SessionHost has these two as well.
        self.terminal = SilentTerminal()
        self.ending = Ending()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config: Any) -> Iterator[None]:
        # Plugins choose their part in this hook already. Wrappers are called before all others.
        options = early_config.known_args_namespace
        self._take_part(options)
        coverage_part.leave_out_runner(options)
        yield

    def _take_part(self, option: Any) -> None:
        option.numprocesses = int(self._run.get("slots", 1))
        option.dist = "load"

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_main(self, config: Any) -> Iterator[None]:
        self._be_controller(config)
        # The coordinator writes this report.
        config.option.xmlpath = None
        if self._run.get("columns"):
            # Reports know the user's terminal only by this variable. No test sees it.
            os.environ["COLUMNS"] = str(self._run["columns"])
        yield

    def _be_controller(self, config: Any) -> None:
        xdist_role.consume_options(config)
        self._take_part(config.option)
        stand_in.take_place(config.pluginmanager)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        # Without this option's values pytest-xdist starts no workers of its own.
        config.option.tx = []

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: Any) -> Iterator[None]:
        config = session.config
        # Schedulers ask how many workers there are.
        config.option.tx = ["popen"] * int(self._run.get("slots", 1))
        plugins = config.pluginmanager
        plugins.register(scheduling.Defaults(config), "fastest_defaults")
        for name in KEEPERS_OF_RESULTS:
            if plugins.hasplugin(name):
                plugins.unregister(name=name)
        reporter = plugins.get_plugin("terminalreporter")
        if reporter is not None:
            renderer = Renderer(config, reporter, bool(self._run.get("color")), int(self._run.get("columns", 0)))
            self.terminal.replace_terminal_of(reporter, renderer, shows_paths=True)
        # The folders of the workers lie in this session's folder.
        basetemp.share(config, str(self._run.get("run_id", "")), "")
        yield
        self._set_up_nodes(config)

    def _set_up_nodes(self, config: Any) -> None:
        """Sets up the run's first workers."""
        if hasattr(config, "_tmp_path_factory"):
            config._tmp_path_factory.getbasetemp()
        names = [f"gw{number}" for number in range(int(self._run.get("slots", 1)))]
        config.hook.pytest_xdist_setupnodes(config=config, specs=[_Gateway(name).spec for name in names])
        for name in names:
            self._set_up(config, name)

    def _node(self, config: Any, name: str) -> _Node:
        if name not in self._nodes:
            self._set_up(config, name)
        return self._nodes[name]

    def _set_up(self, config: Any, name: str) -> None:
        """Does what pytest-xdist's controller does before it starts a worker, and tells the worker's part of it."""
        node = self._nodes[name] = _Node(config, self._run, name)
        own = dict(node.workerinput)
        # The process begins here under pytest-xdist. What the hooks below change is for the next one.
        begun = self._surroundings.node({})
        config.hook.pytest_xdist_newgateway(gateway=node.gateway)
        config.hook.pytest_configure_node(node=node)
        given = {key: value for key, value in node.workerinput.items() if key not in own or own[key] != value}
        module = config.hook.pytest_xdist_getremotemodule()
        if module is not scheduling.genuine_remote_module(config):
            self._say(f"{module!r} of pytest_xdist_getremotemodule is not run: workers here are no children of execnet")
        whole = begun._replace(worker_input=values.decode(told_of(given)))
        if self._has_scheduler:
            self._tell_node(name, whole)
        else:
            self._first_nodes[name] = whole

    def _tell_node(self, name: str, node: Node) -> None:
        node = node._replace(scheduling=self._scheduling)
        self._messages.queue({"node_configured": {"worker_id": name, "node": values.encode(tuple(node))}})

    def _make_scheduler(self, config: Any) -> None:
        """As pytest-xdist's loop does at its start. Workers learn which tests the scheduler keeps together."""
        log = scheduling.genuine_log(config)
        self._scheduler = config.hook.pytest_xdist_make_scheduler(config=config, log=log)
        assert self._scheduler is not None or scheduling.genuine_remote_module(config) is None
        self._scheduling = scheduling.rule_of(self._scheduler)
        self._has_scheduler = True
        for name, node in self._first_nodes.items():
            self._tell_node(name, node)
        self._first_nodes.clear()

    def _say(self, text: str) -> None:
        """Says a line to the user, once."""
        if text not in self._said:
            self._said.add(text)
            data = base64.b64encode(f"fastest: {text}\n".encode("utf-8", "backslashreplace")).decode("ascii")
            self._messages.queue({"output": {"stream": "STDERR", "data": data}})

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: Any) -> bool:
        capture = session.config.pluginmanager.get_plugin("capturemanager")
        if capture is not None:
            # The output of conftests at their import would be shown at the end. A genuine collection drops it.
            capture.read_global_capture()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        self._make_scheduler(session.config)
        ready = {
            "pid": os.getpid(),
            "stdout_fd": -1,
            "stderr_fd": -1,
            "listener": listeners.find(session.config),
            "wants_collection": listeners.wants_collection(session.config),
        }
        self._messages.send({"ready": ready})
        while "conclude" not in (command := self._messages.receive()):
            if "configure_node" in command:
                self._set_up(session.config, str(command["configure_node"].get("worker_id", "")))
                self._messages.flush()
                continue
            if "replay" not in command:
                raise CommandError(f"{next(iter(command), 'nothing')} is no command for the control session")
            self._is_replaying = True
            for told in command["replay"].get("told", ()):
                self._replay(session.config, told)
            self._is_replaying = False
        self._conclude(session, command["conclude"])
        return True

    def _replay(self, config: Any, told: dict[str, Any]) -> None:
        hook = config.hook
        if "warning" in told:
            arguments = serialized.warning_of(told["warning"])
            # This session has its own warnings of the configuration.
            if arguments["when"] != "config":
                hook.pytest_warning_recorded.call_historic(kwargs=arguments)
            return
        node = self._node(config, str(told.get("worker_id", "")))
        if "ready" in told:
            hook.pytest_testnodeready(node=node)
            return
        if "ids" in told:
            hook.pytest_xdist_node_collection_finished(node=node, ids=list(told["ids"].get("node_ids", ())))
            return
        if "died" in told:
            self._take_down(config, node, _DIED)
            return
        if "collection" in told:
            for report in self._from(node, serialized.collection_of(config, told["collection"], self._with_objects)):
                hook.pytest_collectreport(report=report)
            return
        worker = {"worker_id": node.gateway.id, "testrun_uid": self._run.get("run_id", "")}
        place, found, has_died = serialized.test_of(config, told["test"], worker, self._with_objects)
        if not found:
            return
        self._tell_test(config, place, found)
        hook.pytest_runtest_logstart(**place)
        if has_died:
            self._take_down(config, node, _DIED)
        for report in self._from(node, found):
            if has_died:
                sched = scheduling.Finished(self._scheduler, self._refuse_again)
                hook.pytest_handlecrashitem(crashitem=place["nodeid"], report=report, sched=sched)
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(**place)

    def _tell_test(self, config: Any, place: dict[str, Any], reports: list[Any]) -> None:
        """Before the reports of a test are told to the hooks."""

    def _refuse_again(self, node_id: str) -> None:
        self._say(f"{node_id} is not run again by mark_test_pending: --retries runs tests again whose worker died")

    def _from(self, node: _Node, found: list[Any]) -> list[Any]:
        """Returns the reports with what pytest-xdist's controller adds to them."""
        for report in found:
            report.node = node
            report.worker_id = node.gateway.id
            report.testrun_uid = self._run.get("run_id", "")
        return found

    def _conclude(self, session: Any, outcome: dict[str, Any]) -> None:
        self._concluding = True
        self._keep_text()
        session.testsfailed = int(outcome.get("tests_failed", 0))
        session.testscollected = int(outcome.get("tests_collected", 0))
        for worker in outcome.get("workers", ()):
            node = self._node(session.config, str(worker["worker_id"]))
            if worker.get("output"):
                node.workeroutput = values.decode(worker["output"])
                self._take_down(session.config, node, None)
            else:
                self._take_down(session.config, node, _DIED)
        reason = outcome.get("stop_reason")
        if reason:
            # The loops of pytest and pytest-xdist end in this way.
            failed = int(outcome.get("stop_status", 0)) == int(pytest.ExitCode.TESTS_FAILED)
            raise session.Failed(reason) if failed else session.Interrupted(reason.removeprefix("Interrupted: "))

    def _keep_text(self) -> None:
        # Whatever plugins write from here on is for the user.
        self.terminal.keep_everything()

    def _take_down(self, config: Any, node: _Node, error: str | None) -> None:
        if not node.shutting_down:
            node.shutting_down = True
            config.hook.pytest_testnodedown(node=node, error=error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: Any) -> None:
        self.terminal.keep_plugin_summaries(session.config)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        self.ending.stop_reason = self.ending.stop_reason or str(excinfo.value) or type(excinfo.value).__name__

    def pytest_internalerror(self, excrepr: Any) -> None:
        self.ending.note_internal_error(excrepr)

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str) -> None:
        # Each worker has the warnings of the start too, and a worker has sent the replayed warnings.
        if self._concluding and not self._is_replaying:
            message = reports.warning_message(self._run.get("invocation_dir", ""), warning_message, when, nodeid)
            self._messages.queue({"warning": message})
