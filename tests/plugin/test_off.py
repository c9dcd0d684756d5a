"""The plugin where --fastest is not given: it imports nothing, changes nothing, and its option is all that is seen."""

import json

_PROBE = """
import json, sys, pytest
before = set(sys.modules)
import time
began = time.perf_counter()
import fastest.pytest_plugin
took = time.perf_counter() - began
print(json.dumps([sorted(set(sys.modules) - before), took]))
"""


def test_it_imports_nothing(call, tmp_path, environment_python):
    found = []
    for _ in range(5):
        done = call(tmp_path, command=[environment_python, "-c", _PROBE])
        modules, seconds = json.loads(done.stdout)
        assert modules == ["fastest", "fastest.pytest_plugin"]
        found.append(seconds)
    # With compiled files at hand. A machine with other work takes longer now and then.
    assert min(found) < 0.001


def test_output_is_pytests(call, project, site):
    folder = project({"test_a.py": "def test_a(): assert 0\n"})
    with_plugin = call(folder)
    without = call(folder, "-p", "no:fastest")
    lines = [[line for line in done.stdout.splitlines() if " in " not in line] for done in (with_plugin, without)]
    plugins = [[line.replace("fastest-under-test-0, ", "") for line in part] for part in lines]
    assert plugins[0] == plugins[1]
    assert with_plugin.stderr == without.stderr == ""
    assert with_plugin.returncode == without.returncode == 1


def test_workers_need_the_option_or_pytest_xdist(call, project):
    folder = project({"test_a.py": "def test_a(): pass\n"})
    done = call(folder, "-n2", "-p", "no:xdist")
    assert done.returncode == 4
    assert "-n needs --fastest, or pytest-xdist" in done.stderr
    done = call(folder, "-n2", "-p", "no:xdist", "--fastest")
    assert done.returncode == 0
    assert "fastest: 2 workers" in done.stdout
    assert call(folder, "-n2").returncode == 0
