"""Workers of a run with several slots behave like pytest-xdist's. The session of a single slot is like pytest's."""

from __future__ import annotations

import pytest

ROLE = {
    "conftest.py": """
        import json
        import os

        imported = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_XDIST")}

        def pytest_configure(config):
            facts = {
                "environment": imported,
                "workerinput": getattr(config, "workerinput", None),
                "workeroutput": getattr(config, "workeroutput", None),
                "basetemp": config.option.basetemp,
            }
            with open("facts.json", "w") as file: json.dump(facts, file)
        """,
    "test_a.py": "def test_a(): pass\n",
}


def facts(directory):
    import json

    return json.loads((directory / "facts.json").read_text())


def start(zygote, directory, *args, **spec):
    running = zygote.worker("gw17")
    running.start(directory, "-p", "no:cacheprovider", *args, run_id="some-run", slots=3, **spec)
    running.wait_for("ready")
    return running


def test_a_worker_of_several_knows_its_part(project, zygote):
    directory = project(ROLE)
    running = start(zygote, directory, xdist_worker=True)
    running.finish()
    found = facts(directory)
    assert found["environment"] == {
        "PYTEST_XDIST_TESTRUNUID": "some-run",
        "PYTEST_XDIST_WORKER": "gw17",
        "PYTEST_XDIST_WORKER_COUNT": "3",
    }
    part = found["workerinput"]
    assert (part["workerid"], part["workercount"], part["testrunuid"]) == ("gw17", 3, "some-run")
    assert part["mainargv"][1:] == ["-p", "no:cacheprovider"]
    assert found["workeroutput"] == {}


def test_a_single_slot_has_no_part(project, zygote):
    directory = project(ROLE)
    start(zygote, directory).finish()
    found = facts(directory)
    assert found["environment"] == {}
    assert (found["workerinput"], found["workeroutput"]) == (None, None)


def test_each_worker_has_a_base_directory_of_its_own(project, zygote):
    directory = project(ROLE)
    running = start(zygote, directory, "--basetemp=temporary", xdist_worker=True)
    running.finish()
    assert facts(directory)["basetemp"] == "temporary/popen-gw17"
    assert (directory / "temporary").is_dir()


def test_the_cache_is_left_to_a_controller(project, zygote):
    directory = project(test_a="def test_a(): assert 0\n")
    for xdist_worker in (True, False):
        running = start(zygote, directory, "-p", "cacheprovider", xdist_worker=xdist_worker)
        running.lease(1, module="test_a.py")
        running.finish()
        assert (directory / ".pytest_cache/v/cache/lastfailed").exists() is not xdist_worker


@pytest.mark.parametrize(("xdist_worker", "status"), [(True, 1), (False, 2)], ids=["worker", "single session"])
def test_a_debugger_is_not_waited_for(project, zygote, xdist_worker, status):
    """It ends a single session at its first prompt, as it ends pytest. Workers have none, as under pytest-xdist."""
    directory = project({"pytest.ini": "[pytest]\naddopts = --pdb\n"}, test_a="def test_a(): assert 0\n")
    running = start(zygote, directory, xdist_worker=xdist_worker)
    running.lease(1, module="test_a.py")
    assert running.finish()["exit_status"] == status
    assert running.outcomes() == {"test_a.py::test_a": "FAILED"}


@pytest.mark.parametrize(("args", "disabled"), [([], True), (["--benchmark-enable"], False)])
def test_benchmarks_are_not_measured_beside_other_workers(project, zygote, args, disabled):
    """The conftest has options with the names of pytest-benchmark's."""
    conftest = """
        def pytest_addoption(parser):
            parser.addoption("--benchmark-disable", action="store_true")
            parser.addoption("--benchmark-enable", action="store_true")

        def pytest_configure(config):
            with open("facts.json", "w") as file:
                file.write(str(config.option.benchmark_disable).lower())
        """
    directory = project({**ROLE, "conftest.py": conftest})
    start(zygote, directory, *args, xdist_worker=True)
    assert facts(directory) is disabled


def test_xdists_own_options_are_consumed(project, zygote):
    pytest.importorskip("xdist")
    test_a = """
        def test_a(worker_id, testrun_uid):
            assert (worker_id, testrun_uid) == ("gw17", "some-run")
        """
    directory = project({"pytest.ini": "[pytest]\naddopts = -p xdist -n 4 --dist loadfile\n"}, test_a=test_a)
    running = start(zygote, directory, xdist_worker=True)
    running.lease(1, module="test_a.py")
    assert running.finish()["exit_status"] == 0
    assert running.outcomes() == {"test_a.py::test_a": "PASSED"}


FIXTURES = {
    "conftest.py": """
        import pytest

        @pytest.fixture(scope="session")
        def database(worker_id): return "db-" + worker_id
        """,
    "test_a.py": """
        def test_names(worker_id, testrun_uid, database):
            assert (worker_id, testrun_uid, database) == ("gw17", "some-run", "db-gw17")

        def test_unknown(no_such): pass
        """,
    "sub/conftest.py": """
        import pytest

        @pytest.fixture(scope="session")
        def worker_id(worker_id): return "mine " + worker_id
        """,
    "sub/test_b.py": """
        def test_overridden(worker_id): assert worker_id == "mine gw17"
        """,
}


@pytest.mark.parametrize("plugins", [(), ("-p", "xdist")], ids=["without xdist", "with xdist"])
def test_its_fixtures_are_there_whether_it_is_installed_or_not(project, zygote, plugins):
    directory = project(FIXTURES)
    running = start(zygote, directory, *plugins, xdist_worker=True)
    running.lease(1, module="test_a.py")
    running.lease(2, module="sub/test_b.py")
    running.finish()
    outcomes = {result["ref"]["node_id"]: result for result in running.results()}
    assert outcomes["test_a.py::test_names"]["outcome"] == "PASSED"
    assert outcomes["sub/test_b.py::test_overridden"]["outcome"] == "PASSED"
    # Without pytest-xdist the list of available fixtures is the same as under pytest.
    text = outcomes["test_a.py::test_unknown"]["phases"][0]["terminal_text"]
    assert ("testrun_uid" in text) is bool(plugins)


def test_a_single_slot_has_what_pytest_has(project, zygote):
    directory = project(test_a="def test_a(worker_id): pass\n")
    running = start(zygote, directory)
    running.lease(1, module="test_a.py")
    running.finish()
    (result,) = running.results()
    assert "fixture 'worker_id' not found" in result["phases"][0]["terminal_text"]


def test_sessions_within_tests_have_a_cache_of_their_own(project, run_all):
    directory = project(
        {
            "conftest.py": "pytest_plugins = ['pytester']\n",
            "test_outer.py": """
                import os

                def test_newest_first(pytester):
                    pytester.makepyfile(test_1="def test(): pass", test_2="def test(): pass")
                    os.utime("test_1.py", (1, 1))
                    pytester.runpytest_inprocess("-p", "cacheprovider")
                    result = pytester.runpytest_inprocess("-v", "--nf", "-p", "cacheprovider")
                    result.stdout.fnmatch_lines(["test_2.py::test PASSED*", "test_1.py::test PASSED*"])
                """,
        }
    )
    for words in ([], ["-p", "cacheprovider"]):
        assert run_all(directory, *words, xdist_worker=True).outcomes() == {
            "test_outer.py::test_newest_first": "PASSED"
        }
