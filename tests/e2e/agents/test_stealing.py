"""Idle workers take over tests that a busy worker has not begun, and every result counts once."""

import pytest

# The plan does not know this module's tests and cannot split the module. If two workers run its tests, some tests were
# taken over. In the second run the first test waits until another worker has run one of them.
LONG = """
import os, pathlib, time
import pytest

HERE = pathlib.Path(os.environ['HERE'])
NUMBERS = [int(digit) for digit in '0123456789']

@pytest.mark.parametrize('n', NUMBERS)
def test_long(n):
    worker = os.environ['PYTEST_XDIST_WORKER']
    if not (HERE / 'second').exists():
        time.sleep(0.2)
        return
    (HERE / f'ran-{worker}').touch()
    end = time.monotonic() + 60
    while n == 0 and len(list(HERE.glob('ran-*'))) < 2:
        assert time.monotonic() < end, 'nobody took anything over'
        time.sleep(0.01)
"""
OTHER = "def test_other():\n    pass\n"


@pytest.mark.parametrize("farm", [False, True], ids=["local", "agents"])
def test_parts_of_a_running_batch_go_to_whoever_is_idle(project, agent, execute, tmp_path, farm):
    folder = project({"pytest.ini": "[pytest]\n", "test_long.py": LONG, "test_other.py": OTHER})
    agents = [agent(folder), agent(folder)] if farm else []
    where = ["--agents", ",".join(one.address for one in agents)] if farm else []
    expected = {f"test_long.py::test_long[{n}]": "passed" for n in range(10)} | {"test_other.py::test_other": "passed"}
    # The first run measures the tests. A test is taken over only if it is worth the set-up.
    for second in (False, True):
        if second:
            (tmp_path / "second").touch()
        run = execute(folder, *where, env={"HERE": str(tmp_path)})
        assert run.process.returncode == 0, run.text
        assert run.outcomes() == expected
        assert len(run.events("result")) == len(expected)
    workers = {result["worker"] for node_id, result in run.results().items() if "long" in node_id}
    assert len(workers) == 2
