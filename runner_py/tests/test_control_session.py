"""The control session plays the part of pytest-xdist's controller: it has no tests, but the output of all workers."""

from __future__ import annotations

import json

import pytest
from fastest_runner.wire import serialized, values

# A plugin for controller and workers. It writes down what its hooks get.
CONTROLLER = {
    "conftest.py": """
        import os
        import pytest

        def note(*words):
            with open("notes", "a") as file: print(*words, file=file)

        @pytest.hookimpl(optionalhook=True)
        def pytest_configure_node(node):
            note("configure", node.gateway.id, node.workerinput["workercount"], node.nodemanager.roots)

        @pytest.hookimpl(optionalhook=True)
        def pytest_testnodedown(node, error):
            note("down", node.gateway.id, getattr(node, "workeroutput", None), error)

        def pytest_sessionstart(session):
            option = session.config.option
            part = (option.numprocesses, option.dist, hasattr(session.config, "workerinput"))
            note("start", *part, "PYTEST_XDIST_WORKER" in os.environ, "FASTEST_SLOT" in os.environ)

        def pytest_terminal_summary(terminalreporter, exitstatus):
            terminalreporter.write_line(f"one table, {int(exitstatus)}")
        """,
    "test_a.py": "def test_a(): assert 0\n",
}
WORKERS = [
    {"worker_id": "gw1", "output": values.encode({"files": (1, b"x")})},
    {"worker_id": "gw4", "how": "signal SIGSEGV"},
]


@pytest.fixture
def control(zygote, project):
    """Starts a control session and waits until it is ready."""
    made = []

    def start(files, *args, wait=True, **spec):
        running = zygote.worker(f"control{len(made)}")
        made.append(running)
        directory = project(files)
        run = {"run_id": "some-run", "invocation_dir": str(directory), "slots": 2, "columns": 80, **spec}
        run["pytest_args"] = ["-p", "no:cacheprovider", *args]
        running.send({"start": {"run": run, "worker_id": "control", "control": True}})
        if wait:
            running.wait_for("ready")
        return running, directory

    yield start
    for running in made:
        zygote.control.send({"type": "kill", "worker_id": running.worker_id})
        running.peer.socket.close()


def conclude(running, **outcome):
    running.send({"conclude": outcome})
    running.read_to_end()
    return running.last("ended")


@pytest.mark.parametrize("plugins", [(), ("-p", "xdist.plugin")], ids=["without xdist", "with xdist"])
def test_plugins_are_told_of_every_worker(control, plugins):
    running, directory = control(CONTROLLER, *plugins)
    ended = conclude(running, workers=WORKERS, tests_failed=1, tests_collected=3)
    assert (directory / "notes").read_text().splitlines() == [
        "start 2 load False False False",
        "configure gw0 2 []",
        "configure gw1 2 []",
        "down gw1 {'files': (1, b'x')} None",
        "configure gw4 2 []",
        "down gw4 None Not properly terminated",
    ]
    assert ended["exit_status"] == 1
    assert ended["terminal_summary"] == "one table, 1\n"
    assert running.started() == []
    assert running.stdout() == ""


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ({"tests_collected": 3}, 0),
        ({"tests_collected": 3, "tests_failed": 2}, 1),
        ({}, 5),
        ({"tests_collected": 3, "stop_reason": "stopping after 1 failures", "stop_status": 1}, 1),
        ({"tests_collected": 3, "stop_reason": "1 error during collection", "stop_status": 2}, 2),
    ],
)
def test_the_exit_status_is_pytests(control, outcome, status):
    running, _ = control(CONTROLLER)
    assert conclude(running, **outcome)["exit_status"] == status


def test_plugins_have_a_say_in_the_end(control):
    plugin = """
        import pytest

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtestloop(session):
            yield
            session.config.pluginmanager.get_plugin("terminalreporter").write_line("too little")
            session.testsfailed += 1
        """
    running, _ = control({"conftest.py": plugin})
    ended = conclude(running, tests_collected=3)
    assert (ended["exit_status"], ended["terminal_summary"]) == (1, "too little\n")


def test_no_report_of_pytests_own_is_written(control):
    running, directory = control(CONTROLLER, "--junitxml=report.xml", "-p", "cacheprovider")
    (directory / ".pytest_cache/v/cache").mkdir(parents=True)
    conclude(running, tests_collected=1)
    assert not (directory / "report.xml").exists()
    assert not (directory / ".pytest_cache/v/cache/nodeids").exists()


def test_only_warnings_of_the_end_are_told(control):
    plugin = """
        import warnings
        warnings.warn("at the start")

        def pytest_terminal_summary():
            warnings.warn("at the end")
        """
    running, _ = control({"conftest.py": plugin})
    conclude(running, tests_collected=1)
    assert ["at the end" in warning["message"] for warning in running.all("warning")] == [True]


@pytest.mark.parametrize("args", [(), ("-p", "no:capture"), ("-s",)], ids=str)
def test_what_conftests_print_is_not_repeated(control, args):
    running, _ = control({"conftest.py": "print('loaded')\n"}, *args)
    conclude(running, tests_collected=1)
    running.join_output()
    assert ("loaded" in running.stdout()) is bool(args)


def test_an_error_in_a_plugin_is_a_failure(control):
    plugin = """
        import pytest

        @pytest.hookimpl(optionalhook=True)
        def pytest_testnodedown(node, error):
            raise RuntimeError("cannot join")
        """
    running, _ = control({"conftest.py": plugin})
    running.send({"conclude": {"workers": WORKERS}})
    running.read_to_end()
    assert "RuntimeError: cannot join" in running.last("failure")["message"]


def test_another_command_is_refused(control):
    running, _ = control(CONTROLLER)
    running.send({"finish": {}})
    running.read_to_end()
    assert "finish is no command for the control session" in running.last("failure")["message"]


@pytest.mark.parametrize("listened_to", [False, True])
@pytest.mark.parametrize("control", [False, True])
def test_a_worker_says_what_plugins_have_put_into_its_output(worker, project, control, listened_to):
    plugin = """
        def pytest_configure(config):
            config.workeroutput.update(name="a", data=(1, b"x"), told_as_text=object, long="x" * (5 << 20))
        """
    listener = """
        def pytest_terminal_summary(terminalreporter):
            terminalreporter.write_line("a worker's table")
        """
    directory = project({"conftest.py": plugin + listener * listened_to, "test_a.py": "def test_a(): pass\n"})
    running = worker(directory, xdist_worker=True, control=control)
    running.wait_for("ready")
    ended = running.finish()
    told = control or listened_to
    output = ended.get("worker_output", "")
    expected = {"name": "a", "data": (1, b"x"), "told_as_text": "<class 'object'>"}
    session = {"exitstatus": 0, "shouldfail": False, "shouldstop": False}
    assert (values.decode(output) if output else {}) == ({**expected, **session} if told else {})
    assert ended["terminal_summary"] == ""


# Hooks of a controller. They count what they get.
LISTENER = {
    "conftest.py": """
        import collections
        import warnings

        told = []

        def pytest_runtest_logstart(nodeid, location):
            told.append(("start", nodeid, location))

        def pytest_runtest_logreport(report):
            if report.when == "call":
                told.append((report.outcome, report.duration, report.keywords.get("marked"), report.node.gateway.id))
                told.append((report.sections, report.user_properties, type(report.longrepr).__name__))

        def pytest_collectreport(report):
            told.append(("collect", report.nodeid, report.outcome))

        def pytest_warning_recorded(warning_message, when, nodeid, location):
            told.append(("warning", repr(warning_message.message), warning_message.category.__name__, when, location))

        def pytest_terminal_summary(terminalreporter):
            for line in told:
                terminalreporter.write_line(repr(line))
            stats = {name: len(found) for name, found in terminalreporter.stats.items() if name}
            terminalreporter.write_line(f"{stats}")
        """
}


def replay(*told):
    return {"replay": {"told": [{"worker_id": "gw1", **entry} for entry in told]}}


def report(when="call", **more):
    return {
        "$report_type": "TestReport",
        "nodeid": "test_a.py::test_a",
        "location": ("test_a.py", 3, "test_a"),
        "keywords": {"marked": 1},
        "outcome": "passed",
        "longrepr": None,
        "when": when,
        "sections": [("Captured stdout call", "hello")],
        "duration": 0.25,
        "start": 1.0,
        "stop": 1.25,
        "user_properties": [("name", "value")],
        **more,
    }


def test_hooks_are_told_what_is_replayed(control):
    running, _ = control(LISTENER)
    collection = {
        "$report_type": "CollectReport",
        "nodeid": "test_b.py",
        "outcome": "failed",
        "longrepr": "broken",
        "result": None,
        "sections": [],
    }
    failed = report(outcome="failed", longrepr="it failed")
    warning = {
        "text": "old",
        "class": ["builtins", "DeprecationWarning"],
        "args": ("old",),
        "category": ["builtins", "DeprecationWarning"],
        "filename": "test_a.py",
        "lineno": 3,
        "when": "runtest",
        "nodeid": "test_a.py::test_a",
        "location": ("test_a.py", 3, "test_a"),
    }
    # The item's node id, which a hook may have changed in its reports.
    test = {"nodeid": "test_a.py::test_1", "location": ("test_a.py", 4, "test_1")}
    test["reports"] = [report("setup"), failed, report("teardown")]
    running.send(replay({"collection": values.encode({"reports": [collection]})}, {"warning": values.encode(warning)}))
    running.send(replay({"test": values.encode(test)}))
    ended = conclude(running, tests_failed=1, tests_collected=1)
    assert ended["terminal_summary"].splitlines() == [
        "('collect', 'test_b.py', 'failed')",
        "('warning', \"DeprecationWarning('old')\", 'DeprecationWarning', 'runtest', ('test_a.py', 3, 'test_a'))",
        "('start', 'test_a.py::test_1', ('test_a.py', 4, 'test_1'))",
        "('failed', 0.25, 1, 'gw1')",
        "([('Captured stdout call', 'hello')], [('name', 'value')], 'str')",
        "{'error': 1, 'warnings': 1, 'failed': 1}",
    ]
    # The workers have reported these warnings, so the control session does not.
    assert not running.all("warning")


def test_a_warning_of_a_class_that_is_not_here_keeps_its_text(control):
    running, _ = control(LISTENER)
    warning = {
        "text": "odd",
        "class": ["no_such_module", "Odd"],
        "args": ("odd",),
        "category": ["no_such_module", "Odd"],
        "filename": "test_a.py",
        "lineno": 3,
        "when": "runtest",
        "nodeid": "",
        "location": None,
    }
    running.send(replay({"warning": values.encode(warning)}))
    summary = conclude(running, tests_collected=1)["terminal_summary"]
    assert "('warning', \"Warning('no_such_module.Odd: odd')\", 'Warning', 'runtest', None)" in summary


TESTS = {
    "test_a.py": """
        import warnings
        import pytest

        @pytest.mark.marked
        def test_plain(): pass

        @pytest.mark.parametrize("x", ["ü", "::"])
        def test_parametrized(x): pass

        class TestA:
            def test_method(self): pass

        def test_fails(record_property):
            record_property("number", 3)
            print("hello")
            assert [1] == [2]

        def test_skips(): pytest.skip("not now")

        def test_warns(): warnings.warn(UserWarning("careful"))
        """,
    "pytest.ini": "[pytest]\nmarkers = marked: some\n",
}
# A conftest that writes down the reports as pytest itself serializes them.
WITNESS = {
    "conftest.py": """
        import json
        import pytest

        def write(kind, data):
            with open("witnessed", "a") as file: file.write(json.dumps([kind, data], default=str) + chr(10))

        class Witness:
            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_logreport(self, report):
                write("test", self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

        def pytest_configure(config):
            witness = Witness()
            witness.config = config
            config.pluginmanager.register(witness)
        """
}


def _timeless(data):
    left_out = {"start", "stop", "duration", "longrepr"}
    if data["when"] != "teardown":
        # If the call fails, the direct engine reports the set-up later, with properties that were recorded since.
        left_out.add("user_properties")
    return {name: value for name, value in data.items() if name not in left_out}


def _keywords_of(data):
    """Returns pytest's own keywords, without those that plugins add to every item."""
    return {**data, "keywords": sorted(data["keywords"])}


@pytest.mark.parametrize("engine", ["ENGINE_DIRECT", "ENGINE_PYTEST"])
def test_workers_send_reports_as_pytest_serializes_them(worker, project, engine):
    witnessing = project({**TESTS, **WITNESS})
    theirs = worker(witnessing, "-p", "no:cacheprovider")
    theirs.wait_for("ready")
    theirs.lease(1, module="test_a.py")
    theirs.finish()
    lines = [json.loads(line) for line in (witnessing / "witnessed").read_text().splitlines()]
    expected = [_keywords_of(_timeless(data)) for _, data in lines]
    expected = [{**data, "keywords": [k for k in data["keywords"] if k != witnessing.name]} for data in expected]

    listening = project({**TESTS, "conftest.py": "def pytest_terminal_summary(): pass\n"})
    ours = worker(listening, "-p", "no:cacheprovider", xdist_worker=True, engine=engine)
    assert ours.wait_for("ready")["listener"] == f"{listening}/conftest.py implements pytest_terminal_summary"
    ours.lease(1, module="test_a.py")
    ours.finish()
    found = []
    for result in ours.results():
        found += [_keywords_of(_timeless(data)) for data in values.decode(result["serialized"])["reports"]]
    found = [{**data, "keywords": [k for k in data["keywords"] if k != listening.name]} for data in found]
    assert {type(data["location"]) for data in found} == {tuple}
    assert json.loads(json.dumps(found)) == expected
    engines = {result["ref"]["node_id"]: (result["engine"], result.get("engine_reason")) for result in ours.results()}
    assert engines["test_a.py::test_plain"][0] == engine, engines


def test_nobody_listens_to_a_run_of_one_worker(worker, project):
    conftest = """
        def pytest_terminal_summary(terminalreporter):
            terminalreporter.write_line(f"{len(terminalreporter.stats['failed'])} failed")
        """
    directory = project({**TESTS, "conftest.py": conftest})
    running = worker(directory, "-p", "no:cacheprovider")
    assert not running.wait_for("ready").get("listener")
    running.lease(1, module="test_a.py")
    ended = running.finish()
    assert not any("serialized" in result for result in running.results())
    assert ended["terminal_summary"] == "1 failed\n"


def test_what_listeners_print_is_left_to_the_control_session(worker, project):
    conftest = """
        import os

        def pytest_runtest_logreport(report): print("a report")

        def pytest_sessionfinish():
            print("the end")
            os.write(1, b"the very end")

        def pytest_terminal_summary(terminalreporter): terminalreporter.write_line("a table")
        """
    directory = project({"conftest.py": conftest, "test_a.py": "def test_a(): pass\n"})
    running = worker(directory, "-s", "-p", "no:cacheprovider", xdist_worker=True)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    ended = running.finish()
    running.join_output()
    assert not ended.get("terminal_summary")
    assert running.stdout() == ""


@pytest.mark.parametrize("hook", ["pytest_runtest_logstart", "pytest_runtest_logreport", "pytest_runtest_logfinish"])
@pytest.mark.parametrize("is_registered", [False, True], ids=["in conftest", "registered there"])
def test_a_worker_calls_the_hooks_that_hear_of_tests_too(worker, project, hook, is_registered):
    """As pytest-xdist does: they are called in the worker of the test, and in the controller."""
    parameter = "report" if hook.endswith("logreport") else "nodeid"
    called = f'def {hook}({parameter}): open(__file__ + ".log", "a").write("called")\n'
    if is_registered:
        called = f"class Own:\n    {called.replace('(', '(self, ', 1)}\n"
        called += "def pytest_configure(config): config.pluginmanager.register(Own())\n"
    directory = project({"conftest.py": called, "test_a.py": "def test_a(): pass\n"})
    running = worker(directory, "-p", "no:cacheprovider", xdist_worker=True)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.finish()
    assert "called" in (directory / "conftest.py.log").read_text()


@pytest.mark.parametrize(
    ("test", "args", "status"),
    [("pass", (), 0), ("assert 0", (), 0), ("pass", ("-k", "nothing"), 5)],
    ids=["one", "a failing one", "deselected"],
)
def test_a_worker_without_tests_ends_as_one_that_has_collected_all(worker, project, test, args, status):
    conftest = 'def pytest_sessionfinish(exitstatus): open(__file__ + ".log", "a").write(f"{exitstatus:d}")\n'
    directory = project({"conftest.py": conftest, "test_a.py": f"def test_a(): {test}\n"})
    running = worker(directory, "-p", "no:cacheprovider", *args, xdist_worker=True)
    running.wait_for("ready")
    running.finish()
    assert (directory / "conftest.py.log").read_text() == str(status)


class _Warned:
    def __init__(self, message, category):
        self.message, self.category, self.filename, self.lineno = message, category, "a.py", 4


class TwoPartsError(UserWarning):
    def __init__(self, one, two):
        super().__init__(one, two)


@pytest.mark.parametrize(
    ("message", "same"),
    [(UserWarning("a", 1), True), (TwoPartsError("a", "b"), True), (UserWarning(object()), False), ("text", True)],
    ids=["plain", "two arguments", "an object", "a string"],
)
def test_warnings_come_back_as_they_were(message, same):
    category = type(message) if isinstance(message, Warning) else UserWarning
    text = serialized.of_warning(_Warned(message, category), "runtest", "a.py::t", ("a.py", 4, "t"))
    arguments = serialized.warning_of(text)
    warned = arguments["warning_message"]
    assert (warned.category, warned.filename, warned.lineno) == (category, "a.py", 4)
    assert (arguments["when"], arguments["nodeid"], arguments["location"]) == ("runtest", "a.py::t", ("a.py", 4, "t"))
    assert str(message) in str(warned.message)
    assert (repr(warned.message) == repr(message)) is same
