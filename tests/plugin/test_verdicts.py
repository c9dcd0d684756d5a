"""Each small project, with `pytest` and with `pytest --fastest`: the same results, reports, exit code and text."""

import pytest
import verdict

_ALL_OUTCOMES = """
import pytest

def test_passes(): pass

def test_fails():
    print("some output")
    assert [1, 2] == [1, 3]

@pytest.fixture
def broken_setup(): raise ValueError("no database")

@pytest.fixture
def broken_teardown():
    yield
    raise ValueError("cannot clean up")

def test_set_up(broken_setup): pass
def test_torn_down(broken_teardown): pass
def test_both(broken_teardown): assert False

@pytest.mark.skip(reason="not today")
def test_skipped(): pass

@pytest.mark.skipif(True, reason="never")
def test_skipped_if(): pass

def test_skips(): pytest.skip("half way")

@pytest.mark.xfail(reason="known")
def test_known(): assert False

@pytest.mark.xfail
def test_surprise(): pass

@pytest.mark.xfail(strict=True)
def test_strict(): pass

class TestGroup:
    @pytest.mark.parametrize("word", ["a", "b", "ä/[x]", ""])
    def test_words(self, word): assert word != "b"
"""
_MANY = "import pytest\n@pytest.mark.parametrize('n', range(12))\ndef test_number(n): assert n % 5 != 3\n"
_OUTPUT = """
import logging, sys

def test_speaks():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    logging.getLogger("app").warning("to the log")
    assert 0

def test_is_fine(capsys):
    print("heard")
    assert capsys.readouterr().out == "heard\\n"
"""
_WARNS = """
import warnings

def test_warns(): warnings.warn("old", DeprecationWarning)
def test_warns_too(): warnings.warn(UserWarning("mine", 1))
def test_is_silent(): pass
"""
_PROPERTIES = """
def test_records(record_property, record_testsuite_property):
    record_property("ticket", 12)
    record_testsuite_property("host", "here")
def test_other(): pass
"""
_SUBTESTS = """
def test_parts(subtests):
    for number in range(3):
        with subtests.test("part", number=number):
            assert number != 1
def test_whole(): pass
"""
_UNITTEST = """
import unittest

class Case(unittest.TestCase):
    def test_a(self): self.assertEqual(1, 2)
    def test_b(self):
        for n in range(3):
            with self.subTest(n=n): self.assertNotEqual(n, 1)
    @unittest.skip("no")
    def test_c(self): pass
    @unittest.expectedFailure
    def test_d(self): self.fail()
"""
_CONFTEST = """
import pytest

def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    terminalreporter.section("my summary")
    terminalreporter.line(f"{len(reports)} reports")

def pytest_report_header(config): return "my header"

def pytest_collection_modifyitems(items):
    for item in items: item.user_properties.append(("seen", "yes"))
"""
_EXITS = """
def pytest_sessionfinish(session, exitstatus):
    session.exitstatus = 7
"""

# Files, arguments, exit code.
_CASES = {
    "outcomes": ({"test_a.py": _ALL_OUTCOMES}, ["-ra"], 1),
    "two_files": ({"test_a.py": _ALL_OUTCOMES, "sub/test_b.py": _MANY}, ["-rA"], 1),
    "verbose": ({"test_a.py": _ALL_OUTCOMES}, ["-v", "--tb=short"], 1),
    "quiet": ({"test_a.py": _ALL_OUTCOMES}, ["-q", "--tb=line"], 1),
    "all_pass": ({"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"}, [], 0),
    "output": ({"test_a.py": _OUTPUT}, [], 1),
    "no_capture": ({"test_a.py": _OUTPUT}, ["-s"], 1),
    "show_nothing": ({"test_a.py": _OUTPUT}, ["--show-capture=no"], 1),
    "warnings": ({"test_a.py": _WARNS, "test_b.py": _WARNS}, [], 0),
    "warnings_are_errors": ({"test_a.py": _WARNS}, ["-W", "error"], 1),
    "warnings_off": ({"test_a.py": _WARNS}, ["--disable-warnings"], 0),
    "subtests": ({"test_a.py": _SUBTESTS}, [], 1),
    "unittest": ({"test_a.py": _UNITTEST}, ["-ra"], 1),
    "keyword": ({"test_a.py": _MANY}, ["-k", "number and (3 or 4)"], 1),
    "keyword_of_nothing": ({"test_a.py": _MANY}, ["-k", "nowhere"], 5),
    "deselect": ({"test_a.py": _MANY}, ["--deselect", "test_a.py::test_number[3]"], 1),
    "one_id": ({"test_a.py": _MANY}, ["test_a.py::test_number[3]", "test_a.py::test_number[4]"], 1),
    "mark": ({"test_a.py": "import pytest\n@pytest.mark.slow\ndef test_a(): pass\ndef test_b(): pass\n",
              "pytest.ini": "[pytest]\nmarkers = slow\n"}, ["-m", "not slow", "--strict-markers"], 0),
    "collection_error": ({"test_a.py": "import nowhere\n", "test_b.py": "def test_b(): pass\n"}, [], 2),
    "collection_error_goes_on": ({"test_a.py": "import nowhere\n", "test_b.py": "def test_b(): pass\n"},
                                 ["--continue-on-collection-errors"], 1),
    "syntax_error": ({"test_a.py": "def test_a(:\n"}, [], 2),
    "module_skips": ({"test_a.py": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
                      "test_b.py": "def test_b(): pass\n"}, ["-rs"], 0),
    "no_tests": ({"test_a.py": "x = 1\n"}, [], 5),
    "empty": ({}, [], 5),
    "properties": ({"test_a.py": _PROPERTIES}, [], 0),
    "conftest": ({"conftest.py": _CONFTEST, "test_a.py": _MANY}, [], 1),
    "own_exit_status": ({"conftest.py": _EXITS, "test_a.py": _MANY}, [], 7),
    "durations": ({"test_a.py": _MANY}, ["--durations=3", "--durations-min=100"], 1),
    "doctest": ({"test_a.txt": ">>> 1 + 1\n3\n", "test_b.py": "def test_b(): pass\n"}, ["--doctest-glob=*.txt"], 1),
    "junit_xunit1": ({"test_a.py": _ALL_OUTCOMES}, ["-o", "junit_family=xunit1"], 1),
    "junit_output": ({"test_a.py": _OUTPUT}, ["-o", "junit_logging=all"], 1),
    }  # fmt: skip


def _run(call, folder, tmp_path, name, *arguments):
    # Paths are of the same length, since pytest centres them.
    reports, junit = tmp_path / f"{name}.jsonl", tmp_path / f"{name}.xml"
    done = call(folder, "-p", "no:cacheprovider", f"--report-log={reports}", f"--junitxml={junit}", *arguments)
    return done, reports, junit


@pytest.mark.parametrize("case", _CASES)
def test_the_verdict_is_pytests(call, project, tmp_path, case):
    files, arguments, exit_code = _CASES[case]
    folder = project(files)
    plain, plain_reports, plain_junit = _run(call, folder, tmp_path, "run_1", *arguments)
    fastest, reports, junit = _run(call, folder, tmp_path, "run_2", "--fastest", "-n", "2", *arguments)
    assert plain.returncode == exit_code, plain.stdout + plain.stderr
    assert "plain pytest" not in fastest.stderr
    assert fastest.returncode == exit_code, fastest.stdout + fastest.stderr
    assert verdict.reports(reports) == verdict.reports(plain_reports), fastest.stdout + fastest.stderr
    if plain_junit.exists():
        assert verdict.junit(junit) == verdict.junit(plain_junit)
    plain_text = verdict.sections(plain.stdout)
    text = verdict.sections(fastest.stdout.replace("run_2.", "run_1."))
    assert text == plain_text, fastest.stdout


# What pytest says without a session. Nothing of Fastest's is in it.
_ERRORS = {
    "unknown_option": ({"test_a.py": _MANY}, ["--nonsense"]),
    "unknown_value": ({"test_a.py": _MANY}, ["--maxfail=x"]),
    "no_such_file": ({"test_a.py": _MANY}, ["nowhere.py"]),
    "no_such_test": ({"test_a.py": _MANY}, ["test_a.py::test_nowhere"]),
    "conftest_breaks": ({"conftest.py": "import nowhere\n", "test_a.py": _MANY}, []),
    "plugin_missing": ({"test_a.py": _MANY}, ["-p", "nowhere"]),
    "bad_expression": ({"test_a.py": _MANY}, ["-k", "("]),
    "usage_error_in_configure": (
        {"conftest.py": "import pytest\ndef pytest_configure(): raise pytest.UsageError('no')\n", "test_a.py": _MANY},
        [],
    ),
    "session_cannot_start": (
        {"conftest.py": "def pytest_sessionstart(): raise ValueError('no')\n", "test_a.py": _MANY},
        [],
    ),
}


@pytest.mark.parametrize("case", _ERRORS)
def test_errors_are_pytests(call, project, case):
    files, arguments = _ERRORS[case]
    folder = project(files)
    plain = call(folder, *arguments)
    fastest = call(folder, "--fastest", "-n", "2", *arguments)
    assert plain.returncode not in (0, 1)
    assert fastest.returncode == plain.returncode, fastest.stdout + fastest.stderr
    said = [line for line in plain.stderr.splitlines() if line.startswith(("ERROR: ", "E  "))]
    for line in said:
        assert line in fastest.stderr + fastest.stdout


@pytest.mark.parametrize("limit", [["-x"], ["--maxfail=2"], ["--exitfirst"]])
def test_a_run_stops_at_its_limit(call, project, limit):
    """Which tests have run by then depends on the workers, as with pytest-xdist."""
    folder = project({f"test_{name}.py": _MANY for name in "abcdef"})
    plain = call(folder, *limit)
    fastest = call(folder, "--fastest", "-n", "2", *limit)
    assert fastest.returncode == plain.returncode == 1
    stop = next(line.strip("! ") for line in plain.stdout.splitlines() if "stopping after" in line)
    # As with pytest-xdist, a test that runs meanwhile may fail too.
    assert stop.rpartition(" failures")[2] in fastest.stdout and "stopping after" in fastest.stdout


def test_the_last_failures_run_again(call, project):
    folder = project({"test_a.py": _MANY, "test_b.py": "def test_b(): pass\n"})
    for fastest in ([], ["--fastest", "-n", "2"]):
        assert call(folder, *fastest).returncode == 1
        again = call(folder, "--lf", "-v", *fastest)
        assert again.returncode == 1
        assert "2 failed" in again.stdout and "passed" not in again.stdout
        cleared = call(folder, "--cache-clear", "-k", "test_b", *fastest)
        assert cleared.returncode == 0


def test_a_test_may_exit(call, project):
    folder = project({"test_a.py": "import pytest\ndef test_a(): pytest.exit('enough', returncode=9)\n",
                      "test_b.py": "def test_b(): pass\n"})  # fmt: skip
    for fastest in ([], ["--fastest", "-n", "2"]):
        done = call(folder, *fastest)
        assert done.returncode == 9
        assert "!! _pytest.outcomes.Exit: enough !!" in done.stdout


def test_coverage_is_whole(call, project):
    module = "def one():\n    return 1\n\ndef two():\n    return 2\n\ndef three():\n    return 3\n"
    folder = project({"app.py": module, "test_a.py": "import app\ndef test_a(): app.one()\n",
                      "test_b.py": "import app\ndef test_b(): app.two()\n"})  # fmt: skip
    arguments = ["--cov=app", "--cov-report=term-missing", "--cov-fail-under=90"]
    plain = call(folder, *arguments, command=None)
    fastest = call(folder, "--fastest", "-n", "2", *arguments)
    table = [line for line in plain.stdout.splitlines() if line.startswith(("app.py", "TOTAL", "FAIL"))]
    assert len(table) >= 2
    for line in table:
        assert line in fastest.stdout, fastest.stdout + fastest.stderr
    assert fastest.returncode == plain.returncode == 1


def test_a_page_of_pytest_html_has_every_test(call, project):
    folder = project({"test_a.py": _ALL_OUTCOMES})
    rows = []
    for fastest in ([], ["--fastest", "-n", "2"]):
        call(folder, "--html=page.html", "--self-contained-html", *fastest)
        page = (folder / "page.html").read_text()
        names = ["test_passes", "test_fails", "test_set_up", "test_known", "TestGroup::test_words"]
        rows.append([page.count(f"test_a.py::{name}") for name in names])
    assert rows[0] == rows[1] and all(rows[0])


def test_it_can_be_a_setting(call, project):
    folder = project({"test_a.py": _MANY, "pytest.ini": "[pytest]\naddopts = --fastest -n 2\n"})
    assert "fastest: 2 workers" in call(folder).stdout
    folder = project({"test_a.py": _MANY}, name="other")
    assert "fastest: 2 workers" in call(folder, env={"PYTEST_ADDOPTS": "--fastest -n2"}).stdout


def test_python_m_pytest_has_the_directory_on_the_path(call, project, environment_python):
    """Below a rootdir, `python -m pytest` imports a module of the working directory, and `pytest` does not."""
    files = {"helpers.py": "", "tests/test_a.py": "import helpers\ndef test_a(): pass\n",
             "tests/test_b.py": "import sys\ndef test_b(): assert sys.argv[0].endswith('__main__.py')\n"}  # fmt: skip
    folder = project(files)
    module = [environment_python, "-m", "pytest"]
    for command, exit_code in ((module, 0), (None, 2)):
        for fastest in ([], ["--fastest", "-n", "2"]):
            done = call(folder, *fastest, command=command)
            assert done.returncode == exit_code, done.stdout + done.stderr
