"""Fastest keeps pytest's cache (.pytest_cache) as pytest does, so each can go on from the other."""

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import parity
import pytest

FIRST = {
    "test_a.py": "import pytest\ndef test_good(): pass\ndef test_bad(): assert 0\n"
    "@pytest.mark.parametrize('x', ['\\u00fc', 'b'])\ndef test_p(x): assert x == 'b'\n"
    "@pytest.fixture\ndef broken():\n    yield\n    assert 0\ndef test_teardown(broken): pass\n"
    "@pytest.mark.xfail\ndef test_xfail(): assert 0\n",
    "test_b.py": "import nothing_of_this_name\n",
    "test_c.py": "def test_c(): assert 0\n",
}
SECOND = {
    "test_a.py": FIRST["test_a.py"].replace("def test_bad(): assert 0", "def test_bad(): pass"),
    "test_b.py": "def test_mended(): pass\ndef test_still_bad(): assert 0\n",
    "test_c.py": "import pytest\npytest.skip('not now', allow_module_level=True)\n",
}


def cache_of(folder):
    cache = folder / ".pytest_cache/v/cache"
    return {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in cache.glob("*") if path.name != "stepwise"
    }


def run_pytest(folder, *args):
    command = [sys.executable, "-m", "pytest", "-q", *args]
    return subprocess.run(
        command, cwd=folder, env=parity.clean_environment(), capture_output=True, text=True, check=False
    )


def write(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    # Python would take the new file for the old one if length and second are the same.
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)


OF_LAST_TIME = [["--lf"], ["--ff"], ["--nf"], ["--lf", "--lfnf=none"], ["--ff", "--nf", "-k", "not good"]]


@pytest.mark.parametrize("args", [[], ["-k", "good or bad or mended"], ["--cache-clear"], *OF_LAST_TIME])
def test_it_holds_what_pytest_would_have_put_there(execute, project, args):
    ours, theirs = project(FIRST, "ours"), project(FIRST, "theirs")
    for files in (FIRST, SECOND):
        for folder in (ours, theirs):
            write(folder, files)
        run_pytest(theirs, "--continue-on-collection-errors", *args)
        execute(ours, "--continue-on-collection-errors", *args)
        assert cache_of(ours) == cache_of(theirs)
        assert cache_of(ours)["nodeids"] == sorted(cache_of(ours)["nodeids"])
    assert (ours / ".pytest_cache/.gitignore").read_text(encoding="utf-8").endswith("*\n")


@pytest.mark.parametrize("args", OF_LAST_TIME)
def test_all_workers_choose_and_order_by_the_last_time(execute, project, args):
    folder = project(FIRST)
    run_pytest(folder)
    for files in (SECOND, SECOND, {"test_a.py": "def test_new(): pass\n"}):
        write(folder, files)
        theirs = shutil.copytree(folder, folder.with_name("theirs"))
        report = folder.with_name("theirs.xml")
        expected = run_pytest(theirs, f"--junitxml={report}", "--continue-on-collection-errors", *args)
        run = execute(folder, "--continue-on-collection-errors", *args)
        assert run.process.returncode == expected.returncode, run.text + expected.stdout
        assert "one session" not in run.stderr
        assert run.events("run_started")[0]["slots"] == 2
        assert sorted(run.outcomes().values()) == sorted(outcomes_of(report))
        assert cache_of(folder) == cache_of(theirs)
        shutil.rmtree(theirs)


def outcomes_of(report):
    """What a JUnit report has of tests, in the words of events. Reports of modules are left out."""
    cases = [case for case in xml.etree.ElementTree.parse(report).iter("testcase") if case.get("classname")]
    words = {"failure": "failed", "error": "error", "skipped": "skipped"}
    kinds = [next((child for child in case if child.tag in words), None) for case in cases]
    return ["passed" if kind is None else "xfailed" if kind.get("type") == "pytest.xfail" else words[kind.tag]
            for kind in kinds]  # fmt: skip


def test_either_goes_on_from_the_other(execute, project):
    folder = project(FIRST)
    (folder / "test_b.py").unlink()
    failed = {name for name, outcome in execute(folder).outcomes().items() if outcome in ("failed", "error")}
    assert len(failed) == 4
    after = run_pytest(folder, "--lf", "-v")
    assert "run-last-failure: rerun previous 4 failures" in after.stdout
    write(folder, {"test_c.py": "def test_c(): pass\n"})
    run_pytest(folder)
    assert set(execute(folder, "--lf").outcomes()) == failed - {"test_c.py::test_c"}


@pytest.mark.parametrize("args", [["-p", "no:cacheprovider"], ["-o", "cache_dir=elsewhere"]])
def test_where_pytest_keeps_it_or_not_at_all(execute, project, args):
    folder = project({"test_c.py": FIRST["test_c.py"]})
    assert execute(folder, *args).process.returncode == 1
    assert not (folder / ".pytest_cache").exists()
    assert (folder / "elsewhere/v/cache/lastfailed").exists() == (args[0] == "-o")


def test_on_other_machines_it_is_kept_here(execute, project, agent):
    folder = project({"test_c.py": FIRST["test_c.py"], "test_d.py": "def test_d(): pass\n"})
    one = agent(folder)
    run = execute(folder, "--agents", one.address)
    assert run.process.returncode == 1
    assert cache_of(folder) == {
        "lastfailed": {"test_c.py::test_c": True},
        "nodeids": ["test_c.py::test_c", "test_d.py::test_d"],
    }


def test_reports_made_later_leave_it_alone(execute, project, coordinator):
    folder = project({"test_c.py": FIRST["test_c.py"]})
    run = execute(folder)
    shutil.rmtree(folder / ".pytest_cache")
    subprocess.run([str(coordinator), "--from-json", str(run.report)], cwd=folder, check=False, capture_output=True)
    assert not (folder / ".pytest_cache").exists()
