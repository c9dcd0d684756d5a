"""The direct engine: which tests it runs, and that its results are those of pytest's own protocol."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from driver import PATIENCE_S

SUITES = Path(__file__).resolve().parents[2] / "tests" / "suites"

PLAIN = """
    def test_a(): pass
    def test_b(): assert 0
"""


def without_times(result: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in result.items() if name not in ("lease_id", "engine", "engine_reason")}
    kept["phases"] = [
        {
            name: re.sub("0x[0-9a-f]+", "0x", value) if isinstance(value, str) else value
            for name, value in phase.items()
            if name not in ("start", "duration_s")
        }
        for phase in result["phases"]
    ]
    return kept


def engines(results: list[dict[str, Any]]) -> dict[str, str]:
    return {result["ref"]["node_id"].split("::", 1)[1]: result["engine"] for result in results}


def reasons(results: list[dict[str, Any]]) -> dict[str, str]:
    return {
        result["ref"]["node_id"].split("::", 1)[1]: result["engine_reason"]
        for result in results
        if "engine_reason" in result
    }


@pytest.mark.parametrize(
    ("suite", "more_than"),
    [
        ("direct_nasty", 60),
        ("direct_nasty_unittest", 60),
        ("direct_nasty_hooks", 300),
        ("direct_nasty_reports", 250),
        ("direct_nasty_items", 150),
        ("direct_log_level", 15),
    ],
)
def test_nasty_tests_are_reported_alike(run_all, suite, more_than):
    expected = [without_times(result) for result in run_all(SUITES / suite, engine="ENGINE_PYTEST").results()]
    worker = run_all(SUITES / suite, engine="ENGINE_AUTO")
    assert len(expected) > more_than
    # pytest evaluates a condition once. What the engine replays, it would evaluate again.
    assert set(reasons(worker.results()).values()) <= {"a mark has a condition that is evaluated"}
    for result, like in zip(worker.results(), expected):
        assert without_times(result) == like
    assert len(worker.results()) == len(expected)


def test_engine_is_chosen_by_the_run(project, run_all):
    directory = project(test_m=PLAIN)
    assert engines(run_all(directory, engine="ENGINE_PYTEST").results()) == {
        "test_a": "ENGINE_PYTEST",
        "test_b": "ENGINE_PYTEST",
    }
    assert reasons(run_all(directory, engine="ENGINE_PYTEST").results()) == {}
    assert engines(run_all(directory, engine="ENGINE_DIRECT").results()) == {
        "test_a": "ENGINE_DIRECT",
        "test_b": "ENGINE_DIRECT",
    }


def test_times_follow_one_another(project, run_all):
    worker = run_all(project(test_m=PLAIN))
    for result in worker.results():
        starts = [phase["start"] for phase in result["phases"]]
        assert starts == sorted(starts)
        assert all(phase["duration_s"] >= 0 for phase in result["phases"])


def test_location_is_that_of_pytest(project, run_all):
    directory = project(
        test_m="""
        import functools

        def decorated(function):
            @functools.wraps(function)
            def inner(): return function()
            return inner

        def test_1(): pass

        def test_2(): pass

        @decorated
        def test_3(): pass

        class TestA:
            class TestB:
                def test_4(self): pass
                def test_5(self): pass
        """
    )
    direct, genuine = run_all(directory), run_all(directory, engine="ENGINE_PYTEST")
    assert set(engines(direct.results()).values()) == {"ENGINE_DIRECT"}
    for one, other in zip(direct.results(), genuine.results()):
        assert without_times(one) == without_times(other)


@pytest.mark.parametrize(
    ("conftest", "reason"),
    [
        (
            "import pytest\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_setup(item): return (yield)",
            "implements pytest_runtest_setup",
        ),
        ("def pytest_runtest_logstart(nodeid): pass", "implements pytest_runtest_logstart"),
        ("def pytest_runtest_protocol(item): pass", "implements pytest_runtest_protocol"),
        ("def pytest_exception_interact(report): pass", "implements pytest_exception_interact"),
    ],
)
def test_a_hook_that_is_not_known_is_a_reason(project, run_all, conftest, reason):
    results = run_all(project(conftest=conftest, test_m=PLAIN)).results()
    assert engines(results) == {"test_a": "ENGINE_PYTEST", "test_b": "ENGINE_PYTEST"}
    assert all(text.endswith(reason) for text in reasons(results).values())


@pytest.mark.parametrize("name", ["runtest", "setup", "teardown"])
def test_a_method_of_items_that_was_replaced_is_a_reason(project, run_all, name):
    directory = project(
        conftest=f"""
        import pytest

        genuine = pytest.Function.{name}
        pytest.Function.{name} = lambda item: genuine(item)
        """,
        test_m=PLAIN,
    )
    assert set(reasons(run_all(directory).results()).values()) == {"somebody has changed the methods of pytest's items"}


@pytest.mark.parametrize(
    ("hook", "engine_elsewhere"),
    [("pytest_runtest_logstart(nodeid)", "ENGINE_DIRECT"), ("pytest_runtest_protocol(item)", "ENGINE_PYTEST")],
)
def test_a_hook_counts_where_pytest_calls_it(project, run_all, hook, engine_elsewhere):
    """pytest's loop calls pytest_runtest_protocol of every conftest, for all tests."""
    directory = project(
        {"a/conftest.py": f"def {hook}: pass"},
        a__test_a="def test_1(): pass",
        test_b="def test_2(): pass",
    )
    assert engines(run_all(directory).results()) == {"test_1": "ENGINE_PYTEST", "test_2": engine_elsewhere}


def test_a_hook_that_is_registered_later_counts_from_then_on(project, run_all):
    directory = project(
        test_m="""
        class Plugin:
            def pytest_runtest_logfinish(self): pass

        def test_1(): pass
        def test_2(request): request.config.pluginmanager.register(Plugin())
        def test_3(): pass
        """
    )
    assert engines(run_all(directory).results()) == {
        "test_1": "ENGINE_DIRECT",
        "test_2": "ENGINE_DIRECT",
        "test_3": "ENGINE_PYTEST",
    }


def test_a_hook_that_is_registered_by_a_test_sees_its_teardown(project, run_all):
    directory = project(
        test_m="""
        class Plugin:
            def pytest_runtest_teardown(self, item): print("seen", item.name)

        def test_1(): pass
        def test_2(request): request.config.pluginmanager.register(Plugin())
        def test_3(): pass
        def test_4(): assert 0
        """
    )
    results = run_all(directory).results()
    assert set(engines(results).values()) == {"ENGINE_DIRECT"}
    expected = run_all(directory, engine="ENGINE_PYTEST").results()
    assert [without_times(result) for result in results] == [without_times(result) for result in expected]


def test_a_hook_sees_the_test_that_follows(project, run_all):
    directory = project(
        conftest="""
        def pytest_runtest_teardown(item, nextitem):
            item.user_properties.append(("next", type(nextitem).__name__ + " " + str(nextitem and nextitem.nodeid)))
        """,
        test_m=PLAIN + "    def test_c(): pass\n",
        test_n=PLAIN,
    )
    worker = run_all(directory)
    assert set(engines(worker.results()).values()) == {"ENGINE_DIRECT"}
    assert [result["user_properties"][0]["value"] for result in worker.results()] == [
        "Function test_m.py::test_b",
        "Function test_m.py::test_c",
        "Function test_n.py::test_a",
        "Function test_n.py::test_b",
        "NoneType None",
    ]


def test_hooks_of_functions_and_fixtures_are_called(project, run_all):
    directory = project(
        conftest="""
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            print("calls", pyfuncitem.name)
            if pyfuncitem.name == "test_other":
                return True

        @pytest.hookimpl(wrapper=True)
        def pytest_fixture_setup(fixturedef, request):
            print("sets up", fixturedef.argname)
            return (yield) + 1

        def pytest_fixture_post_finalizer(fixturedef):
            print("finished", fixturedef.argname)
        """,
        test_m="""
        import unittest
        import pytest

        @pytest.fixture
        def number(): return 1

        def test_plain(): pass
        def test_other(): assert 0
        def test_fails(): assert 0
        def test_number(number): assert number == 3

        class Case(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def use(self, number): assert number == 3; return 0
            def test_case(self): pass
        """,
    )
    results, expected = run_all(directory).results(), run_all(directory, engine="ENGINE_PYTEST").results()
    assert set(engines(results).values()) == {"ENGINE_DIRECT"}
    assert [without_times(result) for result in results] == [without_times(result) for result in expected]
    assert [result["outcome"] for result in results] == ["PASSED", "PASSED", "FAILED", "FAILED", "ERROR"]


def test_a_summary_finds_the_reports(project, run_all):
    directory = project(
        conftest="""
        def pytest_terminal_summary(terminalreporter):
            for kind, reports in sorted(terminalreporter.stats.items()):
                for report in reports:
                    terminalreporter.line(f"<{kind} {report.nodeid} {report.when}>")
        """,
        test_m=PLAIN,
    )
    worker, genuine = run_all(directory), run_all(directory, engine="ENGINE_PYTEST")
    assert set(engines(worker.results()).values()) == {"ENGINE_DIRECT"}
    summary = worker.last("ended")["terminal_summary"]
    assert "< test_m.py::test_a setup>" in summary and "<passed test_m.py::test_a call>" in summary
    assert summary == genuine.last("ended")["terminal_summary"]


def test_items_of_all_kinds_are_for_it(project, run_all):
    directory = project(
        test_m="""
        import unittest

        class Case(unittest.IsolatedAsyncioTestCase):
            async def test_unit(self): pass

        async def test_async(): pass
        def test_plain(): pass
        """
    )
    results = run_all(directory, "-W", "ignore").results()
    assert engines(results) == {
        "Case::test_unit": "ENGINE_DIRECT",
        "test_async": "ENGINE_DIRECT",
        "test_plain": "ENGINE_DIRECT",
    }


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--setup-show", "--setup-show is given"),
        ("--tb=native", "--tb=native shows pytest's own frames"),
        ("--log-cli-level=INFO", "log_cli is on"),
        ("-rP", "the output of tests that pass is asked for"),
        ("-pno:logging", "pytest's logging plugin is off"),
        ("-pno:faulthandler", "pytest's plugin faulthandler is off"),
        ("-pno:threadexception", "pytest's plugin threadexception is off"),
    ],
)
def test_options_that_are_not_for_it(project, run_all, option, reason):
    results = run_all(project(test_m=PLAIN), option).results()
    assert set(reasons(results).values()) == {reason}


def test_subtests_asked_for_by_request_are_not_lost(project, run_all):
    directory = project(
        test_m="""
        def test_a(request):
            subtests = request.getfixturevalue("subtests")
            with subtests.test("one"):
                assert 0
        """
    )
    expected = run_all(directory, engine="ENGINE_PYTEST").results()
    results = run_all(directory).results()
    assert engines(results) == {"test_a": "ENGINE_DIRECT"}
    assert [without_times(result) for result in results] == [without_times(result) for result in expected]


def test_exit_in_a_test_ends_the_session(project, run_all):
    worker = run_all(
        project(test_m="import pytest\ndef test_a(): pass\ndef test_b(): pytest.exit('enough', returncode=7)")
    )
    assert list(worker.outcomes().values()) == ["PASSED"]
    ended = worker.last("ended")
    assert (ended["exit_status"], ended["exit_called"]) == (7, True)


def test_a_test_that_passes_again_has_failed_no_more(project, run_all):
    directory = project(
        test_m="""
        import pathlib
        def test_a(): assert pathlib.Path("mended").exists()
        def test_b(): assert 0
        """
    )
    failed = directory / ".pytest_cache/v/cache/lastfailed"
    run_all(directory, "-p", "cacheprovider")
    assert json.loads(failed.read_text()) == {"test_m.py::test_a": True, "test_m.py::test_b": True}
    (directory / "mended").touch()
    assert set(engines(run_all(directory, "-p", "cacheprovider").results()).values()) == {"ENGINE_DIRECT"}
    assert json.loads(failed.read_text()) == {"test_m.py::test_b": True}


def test_clocks_that_are_replaced_in_all_modules_are_not_ours(project, run_all):
    directory = project(
        test_m="""
        import sys
        import time

        CLOCKS = [time.time, time.time_ns, time.monotonic, time.perf_counter, time.perf_counter_ns]

        def test_replaced():
            for module in list(sys.modules.values()):
                for name, value in list(vars(module).items()):
                    if any(value is clock for clock in CLOCKS):
                        setattr(module, name, lambda: 0)

        def test_after(): pass
        def test_last(): pass
        """
    )
    results = run_all(directory).results()
    assert set(engines(results).values()) == {"ENGINE_DIRECT"}
    starts = [phase["start"] for result in results for phase in result["phases"]]
    assert starts == sorted(starts) and starts[-1] - starts[0] < PATIENCE_S
    assert all(0 <= phase["duration_s"] < PATIENCE_S for result in results for phase in result["phases"])
