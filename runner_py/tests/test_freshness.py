"""A zygote that serves run after run: what makes the zygote stale, and what its workers get."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_the_same_again_is_fresh(keep):
    kept = keep()
    assert kept.why_stale() == ""
    assert kept.why_stale() == ""


@pytest.mark.parametrize(
    "changes",
    [{"PATH": "/bin"}, {"PATH": None}, {"PYTHONHASHSEED": "1"}, {"LC_ALL": "C"}, {"ANYTHING": "x"}, {"TZ": "UTC"}],
    ids=str,
)
def test_a_variable_that_python_may_have_read(keep, changes):
    (name,) = changes
    assert name in keep().why_stale(**changes)


def test_a_variable_of_the_command_or_the_terminal(keep):
    changes = {"PYTEST_ADDOPTS": "-q", "SHLVL": "7", "SSH_TTY": "x", "TERM": "dumb", "_": "y", "FASTEST_WARM": "1"}
    assert keep(TERM="xterm").why_stale(**changes) == ""


def test_the_directory_counts_for_a_relative_path_only(keep, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert keep(tmp_path, PYTHONPATH=str(tmp_path)).why_stale(cwd=elsewhere) == ""
    kept = keep(tmp_path, PYTHONPATH="src")
    assert kept.why_stale() == ""
    assert "the directory" in kept.why_stale(cwd=elsewhere)


def test_a_module_that_would_take_anothers_place(keep, tmp_path):
    kept = keep(tmp_path, PYTHONPATH=str(tmp_path))
    (tmp_path / "mine.py").touch()
    assert kept.why_stale() == ""
    (tmp_path / "pluggy.py").touch()
    assert str(tmp_path) in kept.why_stale()


def test_a_module_of_the_projects_is_never_kept(keep, tmp_path):
    (tmp_path / "sitecustomize.py").touch()
    assert "sitecustomize.py is not the interpreter's own" in keep(tmp_path, PYTHONPATH=str(tmp_path)).why_stale()


@pytest.mark.parametrize("name", ["more.pth", "new_package"])
def test_packages_that_come(keep, venv, tmp_path, name):
    site = next(venv.glob("lib/python*/site-packages"))
    kept = keep(tmp_path, venv / "bin" / "python")
    assert kept.why_stale() == ""
    (site / name).mkdir() if "package" in name else (site / name).touch()
    assert str(site) in kept.why_stale()


def test_a_file_that_is_newer_than_the_zygote(keep, venv, tmp_path):
    file = next(venv.glob("lib/python*/site-packages")) / "path.pth"
    file.touch()
    # The file's time is after the load, so the zygote may have read an older version.
    os.utime(file, (2**31, 2**31))
    assert f"{file} changed while it was loaded" in keep(tmp_path, venv / "bin" / "python").why_stale()


def test_a_pth_file_that_changes(keep, venv, tmp_path):
    file = next(venv.glob("lib/python*/site-packages")) / "path.pth"
    file.write_text(f"{tmp_path}\n")
    kept = keep(tmp_path, venv / "bin" / "python")
    assert kept.why_stale() == ""
    with file.open("a") as more:
        more.write("# \n")
    assert str(file) in kept.why_stale()


def test_a_worker_has_the_runs_environment_and_no_other(keep, tmp_path):
    kept = keep(tmp_path, TERM="old", SSH_TTY="old")
    odd = os.fsdecode(b"\xff")
    assert kept.why_stale(TERM="new", SSH_TTY=None, FASTEST_ODD=odd) == ""
    (tmp_path / "test_it.py").write_text(
        "import os\n\ndef test_it():\n"
        "    assert os.environ['TERM'] == 'new'\n"
        "    assert 'SSH_TTY' not in os.environ\n"
        "    assert os.environb[b'FASTEST_ODD'] == b'\\xff'\n"
        "    child = os.popen('echo $TERM-$SSH_TTY').read()\n"
        "    assert child == 'new-\\n'\n"
    )
    worker = kept.run("test_it.py")
    assert worker.outcomes() == {"test_it.py::test_it": "PASSED"}


def test_what_pythons_start_does_to_the_environment_is_done(keep, tmp_path):
    # In the C locale Python sets LC_CTYPE (PEP 538).
    kept = keep(tmp_path, LANG="C")
    assert kept.why_stale() == ""
    plain = subprocess.run(
        [sys.executable, "-c", "import os; print(os.environ.get('LC_CTYPE'))"],
        env=kept.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (tmp_path / "test_it.py").write_text(
        f"import os\n\ndef test_it():\n    assert str(os.environ.get('LC_CTYPE')) == {plain!r}\n"
    )
    worker = kept.run("test_it.py")
    assert worker.outcomes() == {"test_it.py::test_it": "PASSED"}


def test_what_is_left_of_a_run_is_ended(keep, tmp_path):
    kept = keep(tmp_path)
    assert kept.why_stale() == ""
    (tmp_path / "test_it.py").write_text(
        "import subprocess\n\ndef test_it():\n"
        "    child = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "    open('left', 'w').write(str(child.pid))\n"
    )
    worker = kept.run("test_it.py")
    worker.exit_status()
    kept.zygote.control.send({"type": "clear"})
    assert kept.zygote.control.receive() == {"type": "cleared"}
    assert not Path("/proc", (tmp_path / "left").read_text()).exists()
    assert kept.why_stale() == ""
