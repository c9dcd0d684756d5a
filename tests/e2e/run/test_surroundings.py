"""The command in different surroundings: streams, folders, interpreters, settings, mistakes.

The answer to bad input is one clear line.
"""

import os
import re
import socket
import subprocess
import sys
import venv

import pytest

PLAIN = {"test_a.py": "def test_1():\n    pass\n\ndef test_2():\n    pass\n"}
BOTH_PASSED = {"test_a.py::test_1": "passed", "test_a.py::test_2": "passed"}


def says_in_a_line(run, *words):
    """Whether a line of standard error has all words. Fails if our program crashed."""
    assert "terminate called" not in run.stderr and "core dumped" not in run.stderr
    return any(all(word in line for word in words) for line in run.stderr.splitlines())


def test_no_standard_input(project, start):
    run = start(project(PLAIN), preexec_fn=lambda: os.close(0), stdin=None)
    assert run.wait() == 0, run.text
    assert run.outcomes() == BOTH_PASSED


def test_standard_streams_all_closed(project, start):
    run = start(project(PLAIN), preexec_fn=lambda: os.closerange(0, 3), stdin=None, stdout=None, stderr=None)
    assert run.wait() == 0
    assert run.outcomes() == BOTH_PASSED
    assert run.nothing_left()


def test_reader_of_the_output_goes_away(project, start):
    """In `fastest-coordinator | head -1` the pipe breaks long before the end of the run."""
    many = "import pytest\n\n@pytest.mark.parametrize('n', range(300))\ndef test(n):\n    pass\n"
    read, write = os.pipe()
    run = start(project({"test_a.py": many}), "-v", stdout=write)
    os.close(write)
    first = os.read(read, 10)
    os.close(read)
    assert first
    assert run.wait() is not None
    assert "terminate called" not in run.stderr
    assert run.nothing_left()


def test_output_onto_a_full_disk(project, execute):
    with open("/dev/full", "wb") as full:
        run = execute(project(PLAIN), stdout=full)
    assert run.outcomes() == BOTH_PASSED
    assert "terminate called" not in run.stderr


@pytest.mark.parametrize("option", ["--report-json", "--junitxml"])
def test_report_that_cannot_be_written(project, execute, option, tmp_path):
    (tmp_path / "file").touch()
    run = execute(project(PLAIN), option, tmp_path / "file" / "report")
    assert run.process.returncode not in (0, 5), run.text
    assert says_in_a_line(run, str(tmp_path / "file"))


def test_cache_folder_that_cannot_be_written(project, execute, tmp_path):
    (tmp_path / "file").touch()
    run = execute(project(PLAIN), env={"XDG_CACHE_HOME": str(tmp_path / "file")})
    assert run.process.returncode == 0, run.text
    assert run.outcomes() == BOTH_PASSED


def test_no_home(project, execute):
    run = execute(project(PLAIN), env={"XDG_CACHE_HOME": None, "HOME": None})
    assert run.process.returncode == 0, run.text


def test_history_that_is_no_database(project, execute, tmp_path):
    (tmp_path / "history").write_text("certainly no database, and long enough to be looked at" * 100)
    run = execute(project(PLAIN), "--history", tmp_path / "history")
    assert run.process.returncode == 0, run.text
    assert says_in_a_line(run, str(tmp_path / "history"))
    assert run.outcomes() == BOTH_PASSED


@pytest.mark.parametrize(
    ("option", "nearest"),
    [
        ("--maxfial=2", "--maxfail"),
        ("--colect-only", "--collect-only"),
        ("--hang-timout=3", "--hang-timeout"),
        ("--report-jsn=x", "--report-json"),
    ],
)
def test_misspelt_option(project, execute, option, nearest):
    run = execute(project(PLAIN), option)
    assert run.process.returncode == 4, run.text
    assert says_in_a_line(run, option.partition("=")[0], nearest)


@pytest.mark.parametrize(
    "args",
    [
        ("--maxfail=some",),
        ("--hang-timeout=soon",),
        ("--hang-timeout=-1",),
        ("-n", "none"),
        ("-n", "-3"),
        ("--engine=steam",),
        ("--hang-timeout",),
        ("--durations=x",),
    ],
    ids="_".join,
)
def test_wrong_value(project, execute, args):
    run = execute(project(PLAIN), *args)
    assert run.process.returncode == 4, run.text
    assert run.stderr.strip()
    assert run.events("result") == []


def test_no_such_path(project, execute):
    run = execute(project(PLAIN), "nowhere/test_x.py")
    assert run.process.returncode == 4
    assert says_in_a_line(run, "nowhere/test_x.py")


def test_no_such_interpreter(project, execute):
    run = execute(project(PLAIN), python="/nowhere/python")
    assert run.process.returncode == 4, run.text
    assert says_in_a_line(run, "/nowhere/python")
    assert run.nothing_left()


def test_interpreter_that_is_none(project, execute):
    run = execute(project(PLAIN), python="/bin/true")
    assert run.process.returncode not in (0, 5), run.text
    assert says_in_a_line(run, "/bin/true")


def test_interpreter_without_pytest(project, execute, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    python = tmp_path / "bare/bin/python"
    run = execute(project(PLAIN), python=python)
    assert run.process.returncode == 4, run.text
    assert says_in_a_line(run, "pytest", str(python))


def test_active_environment_is_found(project, execute):
    run = execute(project(PLAIN), python=None, env={"VIRTUAL_ENV": sys.prefix})
    assert run.process.returncode == 0, run.text
    assert run.outcomes() == BOTH_PASSED


def test_broken_ini_file(project, execute):
    run = execute(project({**PLAIN, "pytest.ini": "[pytest\naddopts = -q\n"}))
    assert run.process.returncode == 4
    assert says_in_a_line(run, "pytest.ini")


def test_two_runs_at_once(project, start):
    """The runs share history and cache, and neither harms the other."""
    folder = project({f"test_{n}.py": PLAIN["test_a.py"] for n in range(8)})
    runs = [start(folder) for _ in range(2)]
    for run in runs:
        assert run.wait() == 0, run.text
        assert len(run.outcomes()) == 16
        assert not run.stderr


def test_folder_with_an_odd_name(tmp_path, execute):
    folder = tmp_path / "Ordner mit ünd & 'quotes' [x]"
    (folder / "sub dir").mkdir(parents=True)
    (folder / "sub dir" / "test_a.py").write_text(PLAIN["test_a.py"])
    run = execute(folder, "sub dir")
    assert run.process.returncode == 0, run.text
    assert list(run.outcomes()) == ["sub dir/test_a.py::test_1", "sub dir/test_a.py::test_2"]


def test_very_long_temporary_folder(project, execute, tmp_path):
    """The path of a Unix socket has at most 107 bytes."""
    long = tmp_path / ("x" * 200)
    long.mkdir()
    run = execute(project(PLAIN), env={"TMPDIR": str(long)})
    assert run.process.returncode == 0, run.text


def test_absolute_path_from_elsewhere(project, execute, tmp_path):
    folder = project(PLAIN)
    run = execute(tmp_path, folder / "test_a.py")
    assert run.process.returncode == 0, run.text
    assert [nodeid.rpartition("/")[2] for nodeid in run.outcomes()] == list(BOTH_PASSED)


def test_settings_file_environment_and_flag(project, execute):
    """A flag wins over the environment, and the environment over the file."""
    hang = "import time\n\ndef test_1():\n    time.sleep(10_000)\n"
    folder = project(
        {"test_a.py": hang, "pyproject.toml": "[tool.fastest]\nhang-timeout = 2\n[tool.pytest.ini_options]\n"}
    )
    assert execute(folder).results()["test_a.py::test_1"]["reason"] == "timeout"
    (folder / "pyproject.toml").write_text("[tool.fastest]\nhang-timeout = 10000\n[tool.pytest.ini_options]\n")
    assert execute(folder, env={"FASTEST_HANG_TIMEOUT": "2"}).results()["test_a.py::test_1"]["reason"] == "timeout"
    run = execute(folder, "--hang-timeout=2", env={"FASTEST_HANG_TIMEOUT": "10000"})
    assert run.results()["test_a.py::test_1"]["reason"] == "timeout"


def test_unknown_setting(project, execute):
    run = execute(project({**PLAIN, "fastest.toml": "hang-timeot = 1\n"}))
    assert run.process.returncode == 4, run.text
    assert says_in_a_line(run, "fastest.toml", "hang-timeot")


def test_inherited_descriptors_and_masks_do_no_harm(project, start):
    """The program that starts the run leaks descriptors, blocks signals and ignores SIGCHLD."""
    import signal

    def untidy():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGTERM, signal.SIGINT])
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    left, right = socket.socketpair()
    with left, right:
        run = start(project(PLAIN), preexec_fn=untidy, pass_fds=[left.fileno()], close_fds=True)
        assert run.wait() == 0, run.text
    assert run.outcomes() == BOTH_PASSED
    assert run.nothing_left()


def test_few_descriptors(project, start):
    import resource

    run = start(project(PLAIN), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    assert run.wait() == 0, run.text


def test_version_and_help(coordinator):
    version = subprocess.run([coordinator, "--version"], capture_output=True, text=True, timeout=60)
    assert version.returncode == 0
    assert re.match(r"^fastest\S* \d+\.\d+\.\d+", version.stdout)
    text = subprocess.run([coordinator, "--help"], capture_output=True, text=True, timeout=60)
    assert text.returncode == 0
    for option in (
        "--workers",
        "--collect-only",
        "--hang-timeout",
        "--report-json",
        "--python",
        "--maxfail",
        "--junitxml",
        "--discover",
    ):
        assert option in text.stdout
