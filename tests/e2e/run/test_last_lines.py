"""What ends a run early is said as pytest says it, in the last lines of the terminal."""

import re
import subprocess
import sys

import parity
import pytest

FAILING = "def test_1(): pass\ndef test_2(): assert 0\ndef test_3(): assert 0\ndef test_4(): pass\n"


def hook(name, line, args="session"):
    return f"import pytest\n\ndef {name}({args}): {line}\n"


ENDINGS = {
    "-x": ("", FAILING, ("-x",)),
    "--maxfail": ("", FAILING, ("--maxfail=2",)),
    "--maxfail that is not reached": ("", FAILING, ("--maxfail=3",)),
    "--sw": ("", FAILING, ("--sw",)),
    "--sw-skip": ("", FAILING, ("--sw-skip",)),
    "--sw with a broken file": ("", "import no_such_module\n", ("--sw",)),
    "broken file": ("", "import no_such_module\n", ()),
    "pytest.exit in a test": ("", FAILING + "import pytest\ndef test_0(): pytest.exit('enough')\n", ()),
    "pytest.exit with a code": ("", "import pytest\ndef test_0(): pytest.exit('enough', 42)\n", ()),
    "pytest.exit without a reason": ("", "import pytest\ndef test_0(): pytest.exit()\n", ()),
    "pytest.exit in a fixture": (
        "",
        "import pytest\n@pytest.fixture\ndef f(): pytest.exit('no f')\ndef test_0(f): pass\n",
        (),
    ),
    "KeyboardInterrupt in a test": ("", "def test_0(): raise KeyboardInterrupt\n", ()),
    "shouldstop by a hook": (
        hook("pytest_runtest_logreport", "SESSION[0].shouldstop = 'by a hook'", "report")
        + "SESSION = []\ndef pytest_sessionstart(session): SESSION.append(session)\n",
        FAILING,
        (),
    ),
    "shouldfail by a hook": (
        hook("pytest_runtest_teardown", "item.session.shouldfail = 'by a hook'", "item"),
        FAILING,
        (),
    ),
    "shouldstop that is no text": (
        hook("pytest_runtest_teardown", "item.session.shouldstop = True", "item"),
        FAILING,
        (),
    ),
    "shouldfail that is no text": (
        hook("pytest_runtest_teardown", "item.session.shouldfail = True", "item"),
        FAILING,
        (),
    ),
}


def last_lines(text):
    """The lines of exclamation marks without their number, which depends on the width of the text."""
    return [line.strip("! ") for line in text.splitlines() if re.fullmatch(r"!+ .* !+", line)]


def counts(text):
    return re.findall(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s", text, re.MULTILINE)


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_last_lines_are_pytests(project, execute, ending, slots):
    conftest, module, args = ENDINGS[ending]
    files = {"conftest.py": conftest, "test_a.py": module}
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", *args]
    expected = subprocess.run(
        command,
        cwd=project(files, "theirs"),
        env=parity.clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    run = execute(project(files, "ours"), *args, slots=slots)
    assert run.process.returncode == expected.returncode, run.text
    assert last_lines(run.stdout) == last_lines(expected.stdout), run.text + expected.stdout
    if slots == 1 or not conftest:
        # With two workers, the other one may have begun a test when a hook ended the session of the first.
        assert counts(run.stdout) == counts(expected.stdout)


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("code", [1, 3, 5, 8])
def test_an_exit_with_a_code_of_its_own_shows_no_summary(project, execute, code, slots):
    module = f"import pytest\ndef test_1(): assert 0\ndef test_2(): pytest.exit('enough', returncode={code})\n"
    files = {"test_a.py": module}
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "--durations=3"]
    expected = subprocess.run(
        command, cwd=project(files, "theirs"), env=parity.clean_environment(), capture_output=True, text=True
    )
    run = execute(project(files, "ours"), "--durations=3", slots=slots)
    assert run.process.returncode == expected.returncode == code, run.text

    def titles(text):
        return re.findall("^=+ (FAILURES|slowest .*|short test summary info) =+$", text, re.MULTILINE)

    assert titles(run.stdout) == titles(expected.stdout), run.text
    assert bool(titles(run.stdout)) is (code in (1, 5))
