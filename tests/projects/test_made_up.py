"""Made-up projects: their maker, their verdicts, and 200 of them under pytest and under Fastest."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import _pytest.hookspec
import hook_table
import known_differences
import parity
import project_maker
import pytest
import soak_projects
import verdicts
from hook_table import HOOKS
from project import Piece, Project
from reducer import Reducer

HERE = Path(__file__).resolve().parent


def hookspecs():
    """Every hook of pytest and of pytest-xdist, with its arguments."""
    modules = [_pytest.hookspec, pytest.importorskip("xdist.newhooks")]
    return {
        name: set(inspect.signature(hook).parameters)
        for module in modules
        for name, hook in vars(module).items()
        if name.startswith("pytest_")
    }


def test_no_hook_is_missing_and_none_is_invented():
    specs = hookspecs()
    assert sorted(HOOKS) == sorted(specs)
    for name, hook in HOOKS.items():
        assert {word.strip() for word in hook.args.split(",")} - {""} <= specs[name], name


def test_every_hook_is_made_in_every_style_that_pytest_allows():
    for name, hook in HOOKS.items():
        styles = hook_table.styles_of(name)
        assert {"plain", "tryfirst", "trylast"} <= styles.keys(), name
        assert not hook.notes or ({"wrapper", "hookwrapper"} <= styles.keys()) == hook.wraps, name
        for style, bodies in styles.items():
            for body in bodies:
                compile(hook_table.implementation(name, style, body), f"{name} {style} {body}", "exec")


@pytest.mark.parametrize("feature", [*project_maker.TESTS, *project_maker.FEATURES])
def test_every_feature_makes_code_that_compiles(feature):
    for seed in range(6):
        project = project_maker.make(seed, include=[feature])
        for place, text in project.files().items():
            broken = "error:syntax" in project.features
            if place.endswith(".py") and not broken:
                compile(text, place, "exec")


def test_every_feature_is_drawn():
    drawn = set()
    for seed in range(20_000):
        drawn.update(project_maker.chosen(seed))
    assert sorted(set(project_maker.all_features()) - drawn) == []


def test_a_seed_makes_the_same_project_in_every_process():
    script = "import project_maker\nfor seed in range(60): print(project_maker.make(seed))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": str(HERE)},
            check=True,
            capture_output=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(texts) == 1
    assert len(texts.pop()) > 60_000


def simple(text, args=()):
    pieces = [Piece("own", "code", "test_a.py", text), *(Piece("own", "arg", "", word) for word in args)]
    return Project(0, "pytest.ini", tuple(pieces))


@pytest.fixture
def genuine():
    server = verdicts.Pytest(sys.executable)
    yield server
    server.close()


def test_pytest_from_a_fork_says_what_a_new_process_says(genuine, tmp_path):
    tests = 0
    for seed in range(3, 8):
        project = project_maker.make(seed)
        work = tmp_path / str(seed)
        work.mkdir()
        forked = genuine.verdict(project, [], work)
        folder = tmp_path / f"again-{seed}" / "project"
        folder.mkdir(parents=True)
        project.write(folder)
        fresh = parity.run_pytest(folder, [*verdicts.OWN_ARGS, *project.args], env={"PYTHONHASHSEED": "0"})
        assert parity.differences(fresh, forked.run, ordered=True) == []
        tests += len(forked.run.outcomes)
    assert tests > 10


def test_a_run_that_hangs_is_ended_and_is_a_difference(genuine, tmp_path):
    hangs = genuine.verdict(simple("import time\ndef test_a(): time.sleep(1000)\n"), [], tmp_path, limit=2)
    assert hangs.run is None
    (tmp_path / "next").mkdir()
    passes = genuine.verdict(simple("def test_a(): pass\n"), [], tmp_path / "next")
    assert passes.run.outcomes == {"test_a.py::test_a": ["passed"]}
    assert [one.kind for one in verdicts.differences(passes, hangs, ordered=True)] == ["time"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("def test_a(): assert 0\n", "test"),
        ("def test_a(): pass\ndef test_b(): pass\n", "test"),
        ("import no_such_module\n", "collector"),
        ("import pytest\ndef test_a(): pytest.exit('x', returncode=9)\n", "exit code"),
        ("def test_a(): open('left', 'w').close()\n", "files"),
        ("def test_a(): open('log.txt', 'w').write('call 1')\n", "notes call"),
        ("import sys\ndef test_a(): print('\\nSEEN 1', file=sys.__stdout__)\n", "seen"),
        ("import warnings\ndef test_a(): warnings.warn('x')\n", "warnings"),
    ],
)
def test_a_difference_is_found(genuine, tmp_path, text, kind):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    plain = genuine.verdict(simple("def test_a(): pass\n", ["-s"]), [], tmp_path / "one")
    other = genuine.verdict(simple(text, ["-s"]), [], tmp_path / "two")
    assert kind in {found.kind for found in verdicts.differences(plain, other, ordered=True)}


def test_the_reducer_leaves_what_makes_the_difference():
    project = project_maker.make(7, include=["late:registry", "arg:-v", "ini:error"])
    needed = "test_a.py"
    small = Reducer(lambda candidate: "def test_always" in candidate.files().get(needed, "")).reduce(project)
    assert list(small.files()) == [needed]
    assert len(small.files()[needed].strip().splitlines()) == 1
    assert small.args == []


def test_a_difference_is_kept_with_its_seed_and_its_smallest_project(tmp_path):
    project = simple("def test_a(): pass\n")
    run = parity.Run(1)
    comparison = verdicts.Comparison(
        {"two": [verdicts.Difference("exit code", "exit code: pytest 0, fastest 1")]},
        {"two": verdicts.Verdict(run, stdout="says something")},
    )
    place = soak_projects.keep(soak_projects.Found(project, comparison, project), tmp_path)
    text = (place / "difference.txt").read_text()
    assert "seed 0" in text and "pytest 0, fastest 1" in text and "says something" in text
    assert (place / "minimal/test_a.py").read_text() == "def test_a(): pass\n"


def test_each_known_difference_names_features_and_a_reason():
    features = project_maker.all_features()
    for entry, reason in known_differences.KNOWN.items():
        assert any(project_maker.matches(name, [entry]) for name in features), entry
        assert len(reason) > 10


# The seeds from 1 on. `tools/soak projects` goes on from here.
PROJECTS = 200


@pytest.mark.parametrize("first", range(1, PROJECTS + 1, 20))
def test_made_up_projects_have_the_verdict_of_pytest(coordinator, first):
    summary = soak_projects.run_all(range(first, first + 20), jobs=2)
    assert summary.projects == 20
    assert not summary.found, "\n".join(soak_projects.explain(found) for found in summary.found)
