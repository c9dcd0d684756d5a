"""What a session says of its tests, and how it ends. Where pytest has a text too, the two are compared."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

OUTCOMES = {
    "test_outcomes.py": """
        import unittest
        import warnings

        import pytest

        @pytest.fixture
        def broken():
            print("in the fixture")
            raise RuntimeError("broken fixture")

        @pytest.fixture
        def broken_after():
            yield
            print("in the teardown")
            raise RuntimeError("broken after")

        def test_pass(): print("nobody asks")
        @pytest.mark.parametrize("x", [1, 2])
        def test_param(x): assert x == 1, "one expected"
        def test_skip(): pytest.skip("not now")
        @pytest.mark.skip(reason="by mark")
        def test_skip_mark(): pass
        @pytest.mark.skipif(True, reason="on condition")
        def test_skip_if(): pass
        @pytest.mark.xfail(reason="known")
        def test_xfail(): assert 0
        def test_xfail_imperative(): pytest.xfail("at once")
        @pytest.mark.xfail(reason="was known")
        def test_xpass(): pass
        @pytest.mark.xfail(strict=True, reason="must fail")
        def test_xpass_strict(): pass
        def test_setup(broken): pass
        def test_teardown(broken_after): print("in the call")
        def test_both(broken_after): assert [1, 2, 3] == [1, 2, 4]
        def test_exit(): raise SystemExit(3)
        def test_output():
            import sys
            print("to out")
            print("to err", file=sys.stderr)
            assert {"a": 1} == {"a": 2}
        def test_warns(): warnings.warn("look out")
        @pytest.mark.skip(reason="class")
        class TestSkipped:
            def test_in_class(self): pass
        class TestClass:
            def test_method(self): raise ValueError("in a class")
        class Case(unittest.TestCase):
            def test_equal(self): self.assertEqual(1, 2)
            @unittest.skip("unit skip")
            def test_skipped(self): pass
            @unittest.expectedFailure
            def test_expected(self): self.fail()
        """
}


def pytest_output(directory, *args):
    """Returns what pytest itself writes to a pipe."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def by_name(running):
    return {result["ref"]["node_id"].split("::", 1)[1]: result for result in running.results()}


def phase(result, when):
    (found,) = [phase for phase in result["phases"] if phase["when"] == when]
    return found


def test_every_outcome(project, run_all):
    running = run_all(project(OUTCOMES))
    outcomes = {name: result["outcome"] for name, result in by_name(running).items()}
    assert outcomes == {
        "test_pass": "PASSED",
        "test_param[1]": "PASSED",
        "test_param[2]": "FAILED",
        "test_skip": "SKIPPED",
        "test_skip_mark": "SKIPPED",
        "test_skip_if": "SKIPPED",
        "test_xfail": "XFAILED",
        "test_xfail_imperative": "XFAILED",
        "test_xpass": "XPASSED",
        "test_xpass_strict": "FAILED",
        "test_setup": "ERROR",
        "test_teardown": "ERROR",
        "test_both": "FAILED",
        "test_exit": "FAILED",
        "test_output": "FAILED",
        "test_warns": "PASSED",
        "TestSkipped::test_in_class": "SKIPPED",
        "TestClass::test_method": "FAILED",
        "Case::test_equal": "FAILED",
        "Case::test_skipped": "SKIPPED",
        "Case::test_expected": "XFAILED",
    }
    ended = running.last("ended")
    assert (ended["exit_status"], ended["stop_reason"], ended["exit_called"]) == (1, "", False)


def test_a_passed_test_says_no_more_than_its_times(project, run_all):
    running = run_all(project(OUTCOMES), "-k", "test_pass")
    (result,) = running.results()
    assert [set(found) for found in result["phases"]] == [{"when", "start", "duration_s"}] * 3
    assert [found["when"] for found in result["phases"]] == ["setup", "call", "teardown"]
    assert result["engine"] == "ENGINE_DIRECT"
    assert (result["location_path"], result["domain"]) == ("test_outcomes.py", "test_pass")
    assert result["location_line"] > 0
    starts = [found["start"] for found in result["phases"]]
    assert starts == sorted(starts)


def test_phases_have_pytests_words(project, run_all):
    results = by_name(run_all(project(OUTCOMES)))
    status = {
        name: [
            tuple(found.get(key, "") for key in ("when", "category", "letter", "word")) for found in result["phases"]
        ]
        for name, result in results.items()
    }
    passed = [("setup", "", "", ""), ("call", "", "", ""), ("teardown", "", "", "")]
    assert status["test_param[2]"] == [passed[0], ("call", "failed", "F", "FAILED"), passed[2]]
    assert status["test_setup"] == [("setup", "error", "E", "ERROR"), passed[2]]
    assert status["test_teardown"] == [passed[0], passed[1], ("teardown", "error", "E", "ERROR")]
    assert status["test_skip_mark"] == [("setup", "skipped", "s", "SKIPPED"), passed[2]]
    assert status["test_xfail"][1] == ("call", "xfailed", "x", "XFAIL")
    assert status["test_xpass"][1] == ("call", "xpassed", "X", "XPASS")


def test_reasons_of_skips_and_expected_failures(project, run_all):
    directory = project(OUTCOMES)
    results = by_name(run_all(directory))

    def reason(name, when):
        found = phase(results[name], when)
        keys = ("skip_path", "skip_reason", "skip_by_mark", "xfail", "outcome")
        return tuple(found.get(key) for key in keys) + (found.get("skip_line", 0) > 0,)

    assert reason("test_skip", "call") == ("test_outcomes.py", "not now", None, None, "skipped", True)
    assert reason("test_skip_mark", "setup") == ("test_outcomes.py", "by mark", None, None, "skipped", True)
    assert reason("TestSkipped::test_in_class", "setup") == ("test_outcomes.py", "class", True, None, "skipped", True)
    assert reason("test_skip_if", "setup") == ("test_outcomes.py", "on condition", None, None, "skipped", True)
    assert reason("test_xfail", "call") == (None, "known", None, True, "skipped", False)
    assert reason("test_xfail_imperative", "call") == (None, "at once", None, True, "skipped", False)
    assert reason("test_xpass", "call") == (None, "was known", None, True, "passed", False)


@pytest.mark.parametrize(
    "args",
    [[], ["--tb=short"], ["--tb=line"], ["--tb=native"], ["--tb=no"], ["--show-capture=no"], ["-vv"], ["-l"], ["-rA"]],
)
def test_texts_are_those_that_pytest_prints(project, run_all, args):
    directory = project(OUTCOMES)
    printed = pytest_output(directory, "-rA", *args).stdout
    running = run_all(directory, *args)
    # Addresses of objects differ from run to run.
    printed = re.sub("0x[0-9a-f]+", "0x", printed)
    blocks = 0
    for name, result in by_name(running).items():
        for found in result["phases"]:
            text = re.sub("0x[0-9a-f]+", "0x", found.get("terminal_text", ""))
            assert text in printed
            blocks += bool(text)
            line = found.get("summary_line")
            if line:
                assert f"\n{found['word']} {line}\n" in printed
                assert line.startswith(f"test_outcomes.py::{name}")
    if args not in (["--tb=no"], ["-rA"]):
        assert blocks >= 10
    assert len([found for result in running.results() for found in result["phases"] if found.get("summary_line")]) >= 10


def test_captured_output_stands_in_the_block_and_apart(project, run_all):
    results = by_name(run_all(project(OUTCOMES)))
    found = phase(results["test_output"], "call")
    assert found["sections"] == [
        {"name": "Captured stdout call", "content": "to out\n"},
        {"name": "Captured stderr call", "content": "to err\n"},
    ]
    assert "Captured stdout call" in found["terminal_text"]
    assert found["crash_message"].startswith("AssertionError: assert {'a': 1} == {'a': 2}")
    assert found["crash_message"].splitlines()[0] in found["longrepr"]


def test_colours_are_there_if_they_are_wanted(project, run_all):
    results = by_name(run_all(project(OUTCOMES), "-k", "test_both", color=True))
    found = phase(results["test_both"], "call")
    assert "\x1b[" in found["terminal_text_color"]
    for name in ("terminal_text", "longrepr", "summary_line", "crash_message"):
        assert found[name] and "\x1b" not in found[name]
    without = re.sub("\x1b\\[[0-9;]*m", "", found["terminal_text_color"])
    assert without == found["terminal_text"]


def test_a_reporter_of_a_plugin_does_not_draw_its_summary_for_each_report(project, run_all):
    text = """
        import pytest
        from _pytest.terminal import TerminalReporter

        class Reporter(TerminalReporter):
            def short_test_summary(self):
                open("drawn", "a").write("a table")

        @pytest.hookimpl(trylast=True)
        def pytest_configure(config):
            plugins = config.pluginmanager
            plugins.unregister(plugins.getplugin("terminalreporter"))
            plugins.register(Reporter(config), "terminalreporter")
    """
    directory = project(OUTCOMES, conftest=text)
    results = by_name(run_all(directory, "-k", "test_both"))
    assert phase(results["test_both"], "call")["summary_line"].startswith("test_outcomes.py::test_both")
    # Once: at the end of the session.
    assert (directory / "drawn").read_text("utf-8") == "a table"


def test_lines_are_as_wide_as_the_users_terminal(project, run_all):
    directory = project(test_long="def test_long():\n    assert 0, 'x' * 200\n")
    lengths = []
    for columns in (60, 100):
        (result,) = run_all(directory, columns=columns).results()
        lengths.append(len("FAILED " + phase(result, "call")["summary_line"]))
    assert lengths == [60, 100]


def test_warnings_come_with_their_text_and_place(project, run_all):
    directory = project(
        test_w="""
        import warnings
        warnings.warn("on import")

        def test_w(): warnings.warn(DeprecationWarning("in a test"))
        """
    )
    running = run_all(directory)
    on_import, in_test = running.all("warning")
    assert (on_import["when"], on_import["category"]) == ("collect", "UserWarning")
    assert (on_import["location_path"], on_import["location_line"]) == ("test_w.py", 3)
    assert (in_test["when"], in_test["node_id"], in_test["category"]) == (
        "runtest",
        "test_w.py::test_w",
        "DeprecationWarning",
    )
    printed = pytest_output(directory).stdout
    for warning in (on_import, in_test):
        assert all(line.strip() in printed for line in warning["message"].splitlines())


def test_a_warning_about_the_ini_file_comes_once(project, run_all):
    directory = project({"pytest.ini": "[pytest]\nno_such_key = 1\n"}, test_a="def test_a(): pass\n", test_b="")
    (warning,) = run_all(directory).all("warning")
    assert "no_such_key" in warning["message"]


def test_properties_are_kept(project, run_all):
    directory = project(test_p="def test_p(record_property): record_property('key', 17)\n")
    (result,) = run_all(directory).results()
    assert result["user_properties"] == [{"name": "key", "value": "17"}]


def test_a_failed_subtest_fails_its_test(project, run_all):
    directory = project(
        test_s="""
        import unittest

        class Case(unittest.TestCase):
            def test_many(self):
                for n in range(3):
                    with self.subTest("message", n=n):
                        self.assertNotEqual(n, 1)
        """
    )
    genuine = pytest_output(directory)
    (result,) = run_all(directory).results()
    assert result["outcome"] == ("FAILED" if genuine.returncode else "PASSED")
    failed = [found for found in result["phases"] if found.get("subtest")]
    if "SUBFAILED" in genuine.stdout:
        assert [found["subtest"] for found in failed if found.get("category") == "failed"] == ["[message] (n=1)"]


def test_texts_that_are_not_unicode_get_through(project, run_all):
    directory = project(
        test_u="""
        import os

        def test_u():
            print("\\udc80 printed")
            os.write(1, b"\\xff raw")
            assert "\\udcff" == "a"
        """
    )
    (result,) = run_all(directory).results()
    assert "udcff" in phase(result, "call")["longrepr"]


# How sessions end.


def test_exitfirst_ends_the_session_with_its_reason(project, worker):
    directory = project(test_x="def test_1(): assert 0\ndef test_2(): pass\n")
    running = worker(directory, "-x")
    running.wait_for("ready")
    running.lease(1, module="test_x.py")
    running.read_to_end()
    assert running.outcomes() == {"test_x.py::test_1": "FAILED"}
    assert running.all("lease_done") == []
    ended = running.last("ended")
    assert (ended["exit_status"], ended["stop_reason"], ended["exit_called"]) == (1, "stopping after 1 failures", False)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("pytest.exit('enough', returncode=7)", 7, "_pytest.outcomes.Exit: enough"),
        ("pytest.exit('enough')", 2, "_pytest.outcomes.Exit: enough"),
        ("raise KeyboardInterrupt", 2, "KeyboardInterrupt"),
    ],
)
def test_user_code_may_end_the_run(project, worker, body, status, reason):
    directory = project(test_x=f"import pytest\n\ndef test_1(): pass\ndef test_2(): {body}\ndef test_3(): pass\n")
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_x.py")
    running.read_to_end()
    assert running.outcomes() == {"test_x.py::test_1": "PASSED"}
    assert running.started() == ["test_x.py::test_1", "test_x.py::test_2"]
    ended = running.last("ended")
    assert (ended["exit_status"], ended["stop_reason"], ended["exit_called"]) == (status, reason, True)
    assert pytest_output(directory).returncode == status


def test_stop_ends_it_between_two_tests(project, worker):
    directory = project(test_x="def test_1(): pass\ndef test_2(): pass\n")
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_x.py", tests=[{"node_id": "test_x.py::test_1"}])
    running.wait_for("collected")
    running.send({"stop": {"reason": "another worker had enough"}})
    running.read_to_end()
    assert running.results() == []
    ended = running.last("ended")
    assert (ended["stop_reason"], ended["exit_called"]) == ("another worker had enough", False)


def test_collection_errors_without_any_test_run_end_as_with_pytest(project, worker):
    directory = project(test_bad="import nothing_of_that_name\n", test_good="def test_good(): pass\n")
    running = worker(directory)
    assert running.wait_for("ready")["collection"]["errors"] == 1
    ended = running.finish()
    assert (ended["exit_status"], ended["stop_reason"]) == (2, "Interrupted: 1 error during collection")


def test_exitfirst_may_end_the_session_during_collection(project, worker):
    directory = project(test_a="import nothing_of_that_name\n", test_b="def test_good(): pass\n")
    running = worker(directory, "-x")
    running.read_to_end()
    assert [report["node_id"] for report in running.all("collect_report")] == ["test_a.py"]
    assert running.last("ready")["collection"]["errors"] == 1
    assert running.last("ended")["exit_status"] == pytest_output(directory, "-x").returncode
    assert running.last("ended")["stop_reason"] == "stopping after 1 failures"


@pytest.mark.parametrize(
    ("files", "args"),
    [
        ({}, ["--no-such-option"]),
        ({}, ["nowhere.py"]),
        ({"test_a.py": "def test_a(): pass\n"}, ["test_a.py::test_gone"]),
        ({"conftest.py": "import nothing_of_that_name\n"}, []),
        ({"conftest.py": "def broken(:\n"}, []),
        ({"pytest.ini": "[pytest\n"}, []),
        ({"pytest.ini": "[pytest]\naddopts = --no-such-option\n"}, []),
        ({}, ["-p", "no_such_plugin"]),
        ({}, ["-k", "a b c"]),
        ({}, ["--maxfail", "many"]),
        ({"pytest.ini": "[pytest]\nminversion = 99\n"}, []),
    ],
)
def test_a_session_that_cannot_start_says_what_pytest_says(project, worker, files, args):
    directory = project({"test_x.py": "def test_x(): pass\n", **files})
    running = worker(directory, *args)
    running.read_to_end()
    failure = running.last("failure")
    genuine = pytest_output(directory, *args)
    assert failure["exit_status"] == genuine.returncode
    # `python -m pytest` and `pytest` have different names in their usage.
    expected = re.sub(r"usage: .*? \[options\]|(?m:^)\S*(python -m pytest|__main__.py): error", "", genuine.stderr)
    said = re.sub(r"usage: .*? \[options\]|(?m:^)pytest: error", "", failure["message"])
    if said.startswith("Traceback"):
        # pytest does not catch this error. The frames that called pytest differ.
        said, expected = said.splitlines()[-1], expected.splitlines()[-1]
        assert "fastest_runner" not in failure["message"]
    # pytest 7 with a newer pluggy first prints warnings about itself.
    assert said and expected.endswith(said)


def test_a_conftest_that_exits_ends_it_as_it_ends_pytest(project, worker):
    directory = project({"conftest.py": "raise SystemExit('no tests today')\n"})
    running = worker(directory)
    running.read_to_end()
    failure = running.last("failure")
    genuine = pytest_output(directory)
    assert failure["exit_status"] == genuine.returncode
    assert failure["message"] and genuine.stderr.endswith(failure["message"])


def test_an_internal_error_is_told_with_its_traceback(project, worker):
    directory = project(
        {"conftest.py": "def pytest_runtest_logstart(nodeid): raise RuntimeError('in a hook')\n"},
        test_a="def test_a(): pass\n",
    )
    running = worker(directory)
    running.wait_for("ready")
    running.lease(1, module="test_a.py")
    running.send({"finish": {}})
    running.read_to_end()
    failure = running.last("failure")
    assert failure["exit_status"] == 3
    assert failure["message"].startswith("INTERNALERROR> ") and "RuntimeError: in a hook" in failure["message"]


@pytest.mark.parametrize("command", [{"finish": {}}, {"start": 5}, {}])
def test_a_first_command_that_is_not_start_is_refused(zygote, command):
    running = zygote.worker(f"odd{id(command)}")
    running.send(command)
    running.read_to_end()
    assert running.last("failure")["exit_status"] == 3
    running.peer.socket.close()


def test_garbage_ends_a_session_with_a_failure(project, worker):
    running = worker(project(test_a="def test_a(): pass\n"))
    running.wait_for("ready")
    running.peer.socket.sendall(b"\x00\x00\x00\x03abc")
    running.read_to_end()
    assert "frame is not JSON" in running.last("failure")["message"]


def test_a_directory_that_is_not_there_is_named(tmp_path, worker):
    running = worker(tmp_path / "gone")
    running.read_to_end()
    failure = running.last("failure")
    assert failure["exit_status"] == 4
    assert str(tmp_path / "gone") in failure["message"]


# The content of `ready`.


def test_the_header_is_pytests(project, worker):
    directory = project(
        {
            "pytest.ini": "[pytest]\ntestpaths = tests\n",
            "conftest.py": "def pytest_report_header(config): return ['from the conftest', 'twice']\n",
            "tests/test_a.py": "def test_a(): pass\n",
        }
    )
    ready = worker(directory).wait_for("ready")
    genuine = pytest_output(directory).stdout.splitlines()
    first = genuine.index(ready["header"][0])
    assert genuine[first : first + len(ready["header"])] == ready["header"]
    assert genuine[first - 1].startswith("platform")
    assert genuine[first + len(ready["header"])].startswith("collected")
    assert (ready["rootdir"], ready["inipath"]) == (str(directory), str(directory / "pytest.ini"))
    assert ready["pytest_version"] == pytest.__version__


@pytest.mark.parametrize("option", ["-q", "--no-header"])
def test_there_is_no_header_where_pytest_prints_none(project, worker, option):
    assert worker(project(test_a=""), option).wait_for("ready")["header"] == []


def test_options_are_those_that_pytest_came_to(project, worker):
    directory = project({"pytest.ini": "[pytest]\naddopts = --maxfail=3 -ra\njunit_family = xunit1\n"}, test_a="")
    options = worker(directory, "-vv", "--tb=short").wait_for("ready")["options"]
    expected = {"maxfail": "3", "verbose": "2", "tbstyle": "short", "junit_family": "xunit1", "collectonly": "false"}
    assert {name: options[name] for name in expected} == expected
    assert "s" in options["reportchars"]
    assert options["exitfirst"] == "false"


def test_plugins_terminal_summaries_are_kept(project, run_all):
    directory = project(
        {
            "conftest.py": """
                def pytest_terminal_summary(terminalreporter, exitstatus):
                    terminalreporter.section("from the conftest")
                    terminalreporter.write_line(f"status {int(exitstatus)}")
                """
        },
        test_a="def test_a(): assert 0\n",
    )
    summary = run_all(directory).last("ended")["terminal_summary"]
    assert re.fullmatch(r"=+ from the conftest =+\nstatus 1\n", summary)


@pytest.mark.parametrize("limit", [0, 5])
def test_a_collection_says_that_it_goes_on_where_silence_would_be_a_hang(project, worker, limit):
    module = "def test(): pass"
    # No time must pass between two signs of life.
    hasty = f"from _fastest_runner.session import session_host\nsession_host._ALIVE_EVERY_S = 0\n{module}"
    running = worker(project({"test_a.py": hasty, "test_b.py": module, "test_c.py": module}), hang_timeout_s=limit)
    running.wait_for("ready")
    assert len(running.all("alive")) == (2 if limit else 0)
