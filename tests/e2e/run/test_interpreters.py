"""Which interpreter a run uses, and what is said of one that cannot be used."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

PLAIN = {"test_a.py": "def test_1():\n    pass\n"}


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def only_line(run):
    assert run.process.returncode == 4, run.text
    # A run may have begun to say that it starts.
    (line,) = run.stderr.splitlines()
    return line


@pytest.mark.parametrize("slots", [1, 2])
def test_one_that_is_missing_or_no_program(project, execute, tmp_path, slots):
    folder = project(PLAIN)
    (tmp_path / "text").write_text("import sys\n")
    for python, why in {
        "no-such-python": "no-such-python is in no folder of PATH",
        str(tmp_path / "nothing"): f"there is no file {tmp_path}/nothing",
        str(tmp_path): f"cannot run {tmp_path}: Is a directory",
        str(tmp_path / "text"): f"cannot run {tmp_path}/text: Permission denied",
    }.items():
        line = only_line(execute(folder, slots=slots, python=python))
        assert line == f"ERROR: no Python interpreter {python} ({why}): give one with --python"


def test_one_that_is_no_python(project, execute, tmp_path):
    folder = project(PLAIN)
    crashes = program(tmp_path / "crashes", "#!/bin/sh\nkill -SEGV $$\n")
    speaks = program(tmp_path / "speaks", "#!/bin/sh\necho I am no Python; exit 3\n")
    orphan = program(tmp_path / "orphan", "#!/no/such/interpreter\n")
    advice = "; try `{0} -m pytest --version`, or name another by --python)"
    assert f"{crashes} cannot start fastest_runner (signal SIGSEGV{advice.format(crashes)}" in only_line(
        execute(folder, python=crashes)
    )
    assert f"{speaks} cannot start fastest_runner (exit code 3{advice.format(speaks)}: I am no Python" in only_line(
        execute(folder, python=speaks)
    )
    line = only_line(execute(folder, python=orphan))
    assert "the program that its first line names" in line and "--python" in line


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("times", [1, 100])
def test_one_that_somebody_kills_is_started_again(project, execute, tmp_path, slots, times):
    """The kernel kills it when memory is short, for example. That is no fault of the command line."""
    script = f"""#!{sys.executable}
import os, pathlib, signal, sys
killed = pathlib.Path({str(tmp_path / "killed")!r})
if "-c" not in sys.argv and (not killed.exists() or len(killed.read_text()) < {times}):
    with killed.open("a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)
os.execv({sys.executable!r}, [{sys.executable!r}, *sys.argv[1:]])
"""
    done = execute(project(PLAIN), slots=slots, python=program(tmp_path / "is-killed", script))
    if times == 1:
        assert done.process.returncode == 0, done.text
    else:
        assert done.process.returncode == 10, done.text
        assert "was killed while it loaded pytest (signal SIGKILL" in done.text
        assert len((tmp_path / "killed").read_text()) < 20


def test_without_any_environment_the_interpreter_knows_itself(coordinator, project):
    folder = project({"test_a.py": "import sys\n\ndef test_1():\n    assert sys.executable\n"})
    done = subprocess.run([coordinator, "-n", "2"], cwd=folder, env={}, capture_output=True, text=True, timeout=100)
    python = next((f"{place}/python3" for place in ("/usr/local/bin", "/usr/bin", "/bin")
                   if os.access(f"{place}/python3", os.X_OK)), None)  # fmt: skip
    if python is None:
        assert "python3 is not in /usr/local/bin:/usr/bin:/bin, and PATH is not set" in done.stderr
    elif done.returncode:
        assert f"pytest is not installed for {python}" in done.stderr


def test_the_projects_own_environment(project, execute):
    folder = project({**PLAIN, "pytest.ini": "[pytest]\n", "sub/test_b.py": "def test_2():\n    pass\n"})
    program(folder / ".venv/bin/python", f'#!/bin/sh\ntouch {folder}/asked\nexec {sys.executable} "$@"\n')
    run = execute(folder / "sub", python=None, env={"VIRTUAL_ENV": None})
    assert run.process.returncode == 0, run.text
    assert (folder / "asked").exists()
    (folder / "asked").unlink()
    active = Path(sys.executable).parent.parent
    assert execute(folder, python=None, env={"VIRTUAL_ENV": str(active)}).process.returncode == 0
    assert execute(folder, env={"VIRTUAL_ENV": None}).process.returncode == 0
    assert not (folder / "asked").exists()


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("file", ["test_exits.py", "sub/conftest.py"])
def test_a_death_in_an_import_names_the_file(project, execute, slots, file):
    files = {**PLAIN, file: "import os\nos._exit(3)\n", "sub/test_c.py": "def test_3():\n    pass\n"}
    run = (
        execute(project(files), "test_a.py", "test_exits.py", slots=slots)
        if "exits" in file
        else execute(project(files), slots=slots)
    )
    assert run.process.returncode == 10, run.text
    assert f"exit code 3; the file that it began to import last is {file}" in run.stderr


def test_a_working_directory_that_is_gone_is_one_line_at_once(coordinator, tmp_path):
    folder = tmp_path / "gone"
    agent = coordinator.parent.parent / "agent/fastest-agent"
    for command in ([coordinator], [coordinator, "--discover"], [coordinator, "-n", "1"], [agent, "--listen", "a:0"]):
        folder.mkdir()
        script = f"cd {folder} && rmdir {folder} && exec " + " ".join(map(str, command))
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=20)
        assert done.returncode == 4
        assert f"the working directory {folder} is gone" in done.stderr
        assert done.stderr.count("\n") == 1 and done.stdout == ""
    for word in ("--help", "--version"):
        folder.mkdir()
        script = f"cd {folder} && rmdir {folder} && exec {coordinator} {word}"
        assert subprocess.run(["sh", "-c", script], capture_output=True, timeout=20).returncode == 0


def test_links_in_circles_are_what_they_are_for_pytest(project, execute):
    folder = project({**PLAIN, "sub/test_b.py": "def test_2():\n    pass\n"})
    os.symlink("..", folder / "sub/up")
    listed = subprocess.run([sys.executable, "-m", "pytest", "--co", "-q", "-p", "no:cacheprovider"],
                            cwd=folder, capture_output=True, text=True)  # fmt: skip
    expected = {line for line in listed.stdout.splitlines() if "::" in line}
    run = execute(folder)
    assert run.process.returncode == 0
    assert set(run.outcomes()) == expected


def test_discovery_does_not_go_in_circles(coordinator, project):
    folder = project({**PLAIN, "sub/test_b.py": "", "pytest.ini": "[pytest]\ntestpaths = **/test_*.py sub/**\n"})
    for name, target in {"up": "..", "self": ".", "twice": "../sub"}.items():
        os.symlink(target, folder / "sub" / name)
    done = subprocess.run([coordinator, "--discover"], cwd=folder, capture_output=True, text=True, timeout=20)
    assert "test_a.py::test_1" in done.stdout


def test_a_run_says_at_once_that_it_starts(project, start, tmp_path):
    slow = program(tmp_path / "slow", f'#!/bin/sh\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.01; done\n'
                                      f'exec {sys.executable} "$@"\n')  # fmt: skip
    run = start(project(PLAIN), python=slow)
    first, second = run.process.stdout.readline(), run.process.stdout.readline()
    (tmp_path / "go").touch()
    assert run.wait() == 0
    assert b"= test session starts =" in first
    assert second == b"starting 2 workers\n"
    assert "test session starts" not in run.stdout


def test_little_is_said_where_little_is_wanted(project, execute):
    assert "starting" not in execute(project(PLAIN), "-q").stdout
    assert "starting" not in execute(project(PLAIN), env={"PYTEST_ADDOPTS": "-q"}).stdout
    assert "starting" not in execute(project(PLAIN), "--no-header").stdout


def test_the_paths_of_all_reports_are_shown(project, execute, tmp_path):
    names = ("--junitxml", "--report-html", "--report-markdown", "--report-ctrf", "--trace-json")
    run = execute(project(PLAIN), *(f"{name}={tmp_path}/{name[2:]}" for name in names))
    assert run.process.returncode == 0
    for name in names:
        assert f": {tmp_path}/{name[2:]} -" in run.stdout
    assert f"generated json report: {run.report} -" in run.stdout
