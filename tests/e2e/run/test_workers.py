"""How many workers a run has: '-n auto' and '-n logical', as pytest-xdist has them and on the usable processors."""

import os

import pytest
from coordinator_process import wait_until

PLAIN = {"test_a.py": "def test_1():\n    pass\n\ndef test_2():\n    pass\n"}
HOOK = "def pytest_xdist_auto_num_workers(config):\n    return {'auto': 3, 'logical': 4}[config.option.numprocesses]\n"


def slots(run):
    assert run.process.returncode == 0, run.text
    return next(event["slots"] for event in run.events() if event["type"] == "run_started")


@pytest.mark.parametrize("word, number", [("auto", 3), ("logical", 4), ("2", 2)])
def test_the_hook_of_a_conftest(project, execute, word, number):
    assert slots(execute(project({**PLAIN, "conftest.py": HOOK}), slots=word)) == number


def test_the_hook_of_a_plugin_of_the_project(project, execute):
    files = {**PLAIN, "conftest.py": "pytest_plugins = ['mine']\n", "mine.py": HOOK}
    assert slots(execute(project(files), slots="auto")) == 3


def test_a_hook_without_an_answer_leaves_it_to_the_variable(project, execute):
    files = {**PLAIN, "conftest.py": "def pytest_xdist_auto_num_workers(config):\n    return None\n"}
    variable = {"PYTEST_XDIST_AUTO_NUM_WORKERS": "3"}
    assert slots(execute(project(files), slots="auto", env=variable)) == 3
    assert slots(execute(project(PLAIN, "plain"), slots="auto", env=variable)) == 3


def test_a_hook_that_raises_is_named(project, execute):
    files = {**PLAIN, "conftest.py": "def pytest_xdist_auto_num_workers(config):\n    raise ValueError('no idea')\n"}
    run = execute(project(files), slots="auto")
    assert run.process.returncode == 4
    assert "pytest_xdist_auto_num_workers" in run.stderr
    assert "no idea" in run.stderr
    assert len(run.stderr.splitlines()) == 1, run.stderr


def test_a_conftest_that_cannot_be_loaded_is_shown_by_the_run(project, execute):
    run = execute(project({**PLAIN, "conftest.py": HOOK + "import no_such_module\n"}), slots="auto")
    assert run.process.returncode == 4
    assert "no_such_module" in run.text


def test_the_set_of_processors_of_this_process(project, execute):
    one = min(os.sched_getaffinity(0))
    run = execute(project(PLAIN), slots="auto", preexec_fn=lambda: os.sched_setaffinity(0, {one}))
    assert slots(run) == 1


def test_the_slots_of_an_agent(project, agent, tmp_path):
    one = min(os.sched_getaffinity(0))
    said = tmp_path / "said"
    with said.open("wb") as stream:
        agent(project(PLAIN), slots="auto", stderr=stream, preexec_fn=lambda: os.sched_setaffinity(0, {one}))
        wait_until(lambda: "listening on" in said.read_text(), "the agent says how many slots it has")
    assert said.read_text().endswith(", 1 slots\n")
