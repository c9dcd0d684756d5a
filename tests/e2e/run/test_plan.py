"""--plan says what a run would do, without running tests."""


def test_the_plan_is_shown_and_no_test_runs(project, start):
    folder = project(
        {
            "test_a.py": "import pathlib\n\ndef test_x(): pathlib.Path('ran').touch()\n",
            "b/test_b.py": "def test_y(): pass\n\ndef test_z(): pass\n",
        }
    )
    run = start(folder, "--plan", "-n", "2")
    assert run.wait() == 0, run.text
    assert "Plan for 2 slots: 3 tests in 2 batches" in run.stdout
    assert "b/test_b.py" in run.stdout
    assert "no past run is known" in run.stdout
    assert not (folder / "ran").exists()


def test_a_run_teaches_the_next_plan(project, start, tmp_path):
    folder = project({"test_a.py": "import time\n\ndef test_x(): time.sleep(0.3)\n\ndef test_y(): pass\n"})
    history = str(tmp_path / "history.sqlite")
    assert start(folder, "-n", "2", "--history", history).wait() == 0
    run = start(folder, "--plan", "-n", "2", "--history", history)
    assert run.wait() == 0, run.text
    assert "no past run is known" not in run.stdout
    (longest,) = [line for line in run.stdout.splitlines() if "longest test" in line]
    assert longest.endswith("test_a.py::test_x")


def test_what_cannot_be_collected_cannot_be_planned(project, start):
    run = start(project({"test_a.py": "import nothing_of_that_name\n"}), "--plan", "-n", "2")
    assert run.wait() == 2
    assert "1 error during collection" in run.stderr


def test_nothing_to_plan(project, start):
    run = start(project({"module.py": ""}), "--plan", "-n", "2")
    assert run.wait() == 5
    assert "0 tests" in run.stdout


def test_tests_of_one_group_run_on_one_worker(project, start):
    marks = "@pytest.mark.parametrize('x', range(20))\n@pytest.mark.xdist_group('db')\n"
    test = f"import pytest\n\n{marks}def test_x(x): pass\n"
    ini = "[pytest]\nmarkers = xdist_group: one worker for all of a name\n"
    files = {f"test_{name}.py": test for name in "abcd"}
    run = start(project({**files, "test_free.py": "def test_y(): pass\n", "pytest.ini": ini}), "-n", "2")
    assert run.wait() == 0, run.text
    results = run.results()
    assert len(results) == 81
    assert len({result["worker"] for nodeid, result in results.items() if "test_x" in nodeid}) == 1


def test_every_result_tells_its_way(project, start):
    folder = project({f"test_{name}.py": "def test_x(): pass\n\ndef test_y(): pass\n" for name in "abc"})
    run = start(folder, "-n", "2")
    assert run.wait() == 0, run.text
    names = ["queued", "leased", "received", "started", "setup", "call", "teardown", "reported"]
    results = run.results().values()
    assert len(results) == 6
    for result in results:
        stages = result["stages"]
        assert list(stages) == names
        # The worker reads the wall clock, and the agent a clock that nobody can set. They may differ a little.
        assert all(stages[before] <= stages[after] + 0.05 for before, after in zip(names, names[1:]))
    assert "where the time went" not in run.text
