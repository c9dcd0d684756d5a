"""The control session plays the part of pytest-xdist's controller: no tests, every worker's output, the last word."""

from __future__ import annotations

import pytest

# A plugin with a part on both sides, which writes down what it is told.
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
WORKERS = [{"worker_id": "gw1", "output": "{'files':(1,b'x')}"}, {"worker_id": "gw4", "how": "signal SIGSEGV"}]


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
        "down gw4 None signal SIGSEGV",
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


def test_a_worker_says_what_plugins_have_put_into_its_output(worker, project):
    plugin = """
        def pytest_sessionfinish(session):
            output = session.config.workeroutput
            output.update(name="a", data=(1, b"x"), unheard=object(), long="x" * (5 << 20))

        def pytest_terminal_summary(terminalreporter):
            terminalreporter.write_line("a worker's table")
        """
    directory = project({"conftest.py": plugin, "test_a.py": "def test_a(): pass\n"})
    for control in (True, False):
        running = worker(directory, xdist_worker=True, control=control)
        running.wait_for("ready")
        running.send({"finish": {}})
        running.read_to_end()
        ended = running.last("ended")
        assert ended.get("worker_output", "") == ("{'name':'a','data':(1, b'x')}" if control else "")
        assert ended["terminal_summary"] == ("" if control else "a worker's table\n")
