"""--as-module is to a run what `python -m pytest` is to `pytest`. Genuine pytest says what the tests must see."""

import json
import os
import subprocess
import sys

import pytest

FILES = {
    "app.py": "VALUE = 1\n",
    "tests/test_a.py": "import json, os, sys\nimport __main__\nimport app\n\n\n"
    "def test_facts():\n"
    "    spec = __main__.__spec__\n"
    "    facts = [sys.path, sys.argv[0], getattr(sys, 'orig_argv', [])[:3], __main__.__file__, __main__.__package__,\n"
    "             spec and spec.name, __main__.__name__]\n"
    "    with open('facts.json', 'w') as file:\n"
    "        json.dump(facts, file)\n",
    "tests/test_b.py": "def test_1():\n    pass\n",
}


def facts_of(folder):
    facts = json.loads((folder / "facts.json").read_text())
    (folder / "facts.json").unlink()
    return facts


@pytest.mark.parametrize("slots", [1, 2])
def test_a_worker_is_a_process_of_the_module(project, execute, slots):
    folder = project(FILES)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=folder, check=True)
    expected = facts_of(folder)
    assert expected[0][0] != expected[0][1] and str(folder) in expected[0]
    run = execute(folder, "--as-module", slots=slots)
    assert run.process.returncode == 0, run.text
    assert facts_of(folder) == expected


@pytest.mark.parametrize("slots", [1, 2])
def test_without_it_the_working_directory_is_not_on_the_path(project, execute, slots):
    run = execute(project(FILES), slots=slots)
    assert run.process.returncode == 2, run.text
    assert "No module named 'app'" in run.text
    assert (
        "fastest: app.py is in the working directory, which is not on sys.path. --as-module puts it there" in run.text
    )


def test_a_conftest_that_needs_the_working_directory_is_told_the_same(project, execute):
    run = execute(project({**FILES, "tests/conftest.py": "import app\n"}), slots=2)
    assert run.process.returncode == 4, run.text
    assert run.text.count("fastest: app.py is in the working directory") == 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python has no safe mode")
def test_safe_mode_adds_no_directory(project, execute):
    run = execute(project(FILES), "--as-module", env={"PYTHONSAFEPATH": "1"})
    assert run.process.returncode == 2, run.text


def test_modules_beside_the_project_are_found_by_name(project, execute):
    folder = project({"app_tests.py": "def test_1():\n    pass\n"})
    assert execute(folder, "--pyargs", "app_tests", "--as-module").process.returncode == 0
    command = [sys.executable, "-m", "pytest", "-q", "--pyargs", "app_tests"]
    assert subprocess.run(command, cwd=folder, env={**os.environ}).returncode == 0


def test_pytest_in_comparisons_is_run_the_same_way(coordinator, project):
    folder = project({**FILES, "tests/test_a.py": "import app\n\n\ndef test_1():\n    assert app.VALUE == 1\n"})
    words = [coordinator, "--doctor", "--as-module", "--python", sys.executable, "-n", "2"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
    assert "verdict   the same: 2 tests" in done.stdout, done.stdout + done.stderr
