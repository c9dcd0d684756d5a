"""Which hooks count as itemwise."""

from __future__ import annotations

import importlib.util
import itertools
import textwrap
import types

import pytest
from fastest_runner.collection import itemwise

RUNSLOW = """
    def pytest_collection_modifyitems(config, items):
        '''Slow tests are left out.'''
        if config.getoption("--runslow"):
            return
        skip = pytest.mark.skip(reason="need --runslow option to run")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)
"""

SINGLY = {
    "the recipe": RUNSLOW,
    "a decorator": """
        @pytest.hookimpl(tryfirst=True)
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker("unit")
    """,
    "a folder's mark": """
        HERE = os.path.dirname(__file__)

        def pytest_collection_modifyitems(session, config, items):
            for item in items:
                if str(item.fspath).startswith(HERE) and not item.get_closest_marker("e2e"):
                    item.add_marker(pytest.mark.unit)
                elif item.path.name.endswith("_slow.py"):
                    item.add_marker(pytest.mark.timeout(60 if session.config.getini("fast") else 600), append=False)
    """,
    "deselection by lists": """
        def pytest_collection_modifyitems(config, items):
            kept, dropped = [], []
            for item in items:
                if item.nodeid.split("::")[0] in SKIPPED:
                    dropped.append(item)
                    continue
                kept.append(item)
            if dropped:
                config.hook.pytest_deselected(items=dropped)
                items[:] = kept

        SKIPPED = frozenset({"test_a.py"})
    """,
    "lists that have each item once, under a condition": """
        def pytest_collection_modifyitems(config, items):
            slow = [item for item in items if item.get_closest_marker("slow")]
            quick = [one for one in items if not one.get_closest_marker("slow")]
            if slow:
                config.hook.pytest_deselected(items=slow)
                items[:] = quick
    """,
    "all others, under a condition": """
        def pytest_collection_modifyitems(config, items):
            slow = [item for item in items if item.get_closest_marker("slow")]
            if slow:
                config.hook.pytest_deselected(items=slow)
                items[:] = [item for item in items if item not in slow]
    """,
    "deselection by comprehensions": """
        def pytest_collection_modifyitems(config, items):
            dropped = [item for item in items if item.get_closest_marker("gpu")]
            config.hook.pytest_deselected(items=dropped)
            items[:] = [one for one in items if one not in dropped]
    """,
    "a name for each item": """
        def pytest_collection_modifyitems(items):
            for item in items:
                names = {mark.name for mark in item.iter_markers()}
                if "a" in names:
                    why = pytest.mark.xfail(reason=f"{item.name} is known")
                else:
                    why = pytest.mark.skip
                for mark in item.iter_markers(name="needs"):
                    if mark.args[0] == sys.platform:
                        item.add_marker(why)
                        break
    """,
    "what an item is": """
        def pytest_collection_modifyitems(items):
            for item in list(items):
                if isinstance(item, pytest.Function) and "tmp_path" in getattr(item, "fixturenames", ()):
                    item.add_marker(pytest.mark.io)
    """,
    "nothing": """
        def pytest_collection_modifyitems(items): pass
    """,
}

TOGETHER = {
    "only those in focus, if there are any": """
        def pytest_collection_modifyitems(config, items):
            focused = [item for item in items if item.get_closest_marker("focus")]
            if focused:
                items[:] = focused
    """,
    "only those in focus, by a loop": """
        def pytest_collection_modifyitems(config, items):
            focused, others = [], []
            for item in items:
                if item.get_closest_marker("focus"):
                    focused.append(item)
                else:
                    others.append(item)
            if focused:
                config.hook.pytest_deselected(items=others)
                items[:] = focused
    """,
    "the others are reported if some are in focus": """
        def pytest_collection_modifyitems(config, items):
            focused = [item for item in items if item.get_closest_marker("focus")]
            others = [item for item in items if item not in focused]
            if focused:
                config.hook.pytest_deselected(items=others)
    """,
    "a list that lacks more than the other has": """
        def pytest_collection_modifyitems(config, items):
            kept, dropped = [], []
            for item in items:
                if item.name == "test_a":
                    dropped.append(item)
                elif item.name != "test_b":
                    kept.append(item)
            if dropped:
                items[:] = kept
    """,
    "lists with conditions that have nothing to do with each other": """
        def pytest_collection_modifyitems(config, items):
            slow = [item for item in items if item.get_closest_marker("slow")]
            quick = [item for item in items if not item.get_closest_marker("gpu")]
            if slow:
                items[:] = quick
    """,
    "a second choice may bring back what the first has left out": """
        def pytest_collection_modifyitems(config, items):
            kept, dropped = [], []
            for item in items:
                if item.name == "test_a":
                    dropped.append(item)
                else:
                    kept.append(item)
            items[:] = [item for item in items if item.name != "test_b"]
            if dropped:
                items[:] = kept
    """,
    "sorts": """
        def pytest_collection_modifyitems(items):
            items.sort(key=lambda item: item.name)
    """,
    "reverses": """
        def pytest_collection_modifyitems(items):
            items[:] = items[::-1]
    """,
    "counts": """
        def pytest_collection_modifyitems(items):
            if len(items) > 3:
                for item in items:
                    item.add_marker(pytest.mark.skip)
    """,
    "numbers": """
        def pytest_collection_modifyitems(items):
            number = 0
            for item in items:
                number += 1
    """,
    "numbers by enumerate": """
        def pytest_collection_modifyitems(items):
            for number, item in enumerate(items):
                if number % 2:
                    item.add_marker(pytest.mark.skip)
    """,
    "remembers the one before": """
        def pytest_collection_modifyitems(items):
            for item in items:
                if item.name.startswith("b"):
                    if seen:
                        item.add_marker(pytest.mark.skip)
                seen = item.name
    """,
    "remembers one of those before": """
        def pytest_collection_modifyitems(items):
            for item in items:
                if item.name == "test_a":
                    mark = pytest.mark.skip
                item.add_marker(mark)
    """,
    "stops at the first": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.skip)
                break
    """,
    "returns at the first": """
        def pytest_collection_modifyitems(items):
            for item in items:
                if item.name == "test_a":
                    return
                item.add_marker(pytest.mark.skip)
    """,
    "slow ones last": """
        def pytest_collection_modifyitems(items):
            fast, slow = [], []
            for item in items:
                if "slow" in item.keywords:
                    slow.append(item)
                else:
                    fast.append(item)
            items[:] = fast + slow
    """,
    "slow ones last, in two loops": """
        def pytest_collection_modifyitems(items):
            both = []
            for item in items:
                if "slow" not in item.keywords:
                    both.append(item)
            for item in items:
                if "slow" in item.keywords:
                    both.append(item)
            items[:] = both
    """,
    "the slow ones only if there are some": """
        def pytest_collection_modifyitems(items):
            slow = [item for item in items if "slow" in item.keywords]
            if slow:
                for item in items:
                    item.add_marker(pytest.mark.skip)
    """,
    "the rest only if there are some": """
        def pytest_collection_modifyitems(items):
            slow = [item for item in items if "slow" in item.keywords]
            if slow:
                pass
            else:
                items[:] = slow
    """,
    "asks whether another is there": """
        def pytest_collection_modifyitems(items):
            names = [item for item in items if item.name == "test_a"]
            for item in items:
                if names:
                    item.add_marker(pytest.mark.skip)
    """,
    "a group": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.xdist_group("one"))
    """,
    "a group by name": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker("xdist_group")
    """,
    "a mark that is made up": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(item.path.stem)
    """,
    "a function of the project": """
        def mark(item): item.add_marker(pytest.mark.skip)

        def pytest_collection_modifyitems(items):
            for item in items:
                mark(item)
    """,
    "a condition of the project": """
        def is_slow(item): return True

        def pytest_collection_modifyitems(items):
            for item in items:
                if is_slow(item):
                    item.add_marker(pytest.mark.skip)
    """,
    "a table that may change": """
        SEEN = {}

        def pytest_collection_modifyitems(items):
            for item in items:
                if item.name in SEEN:
                    item.add_marker(pytest.mark.skip)
    """,
    "the environment": """
        def pytest_collection_modifyitems(items):
            if os.environ.get("SLOW"):
                return
            for item in items:
                item.add_marker(pytest.mark.skip)
    """,
    "what the session knows": """
        def pytest_collection_modifyitems(session, items):
            for item in items:
                if session.testscollected > 3:
                    item.add_marker(pytest.mark.skip)
    """,
    "another id": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item._nodeid = "x"
    """,
    "another fixture": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.fixturenames.append("extra")
    """,
    "an unknown option": """
        def pytest_collection_modifyitems(config, items):
            if config.getoption("--unknown"):
                return
    """,
    "around the others": """
        @pytest.hookimpl(wrapper=True)
        def pytest_collection_modifyitems(items):
            return (yield)
    """,
    "an own pytest": """
        class Own: mark = None

        pytest = Own()

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.skip)
    """,
    "an own len": """
        def len(value): return 0

        def pytest_collection_modifyitems(items):
            for item in items:
                if len(item.name) > 3:
                    item.add_marker(pytest.mark.skip)
    """,
    "a loop with an end": """
        def pytest_collection_modifyitems(items):
            for item in items:
                pass
            else:
                item.add_marker(pytest.mark.skip)
    """,
    "the last one": """
        def pytest_collection_modifyitems(items):
            for item in items:
                pass
            item.add_marker(pytest.mark.skip)
    """,
    "a list that is not complete": """
        def pytest_collection_modifyitems(items):
            kept = []
            for item in items:
                if item in kept:
                    item.add_marker(pytest.mark.skip)
                kept.append(item)
    """,
    "whether another is in a list": """
        def pytest_collection_modifyitems(items):
            slow = [item for item in items if "slow" in item.keywords]
            for item in items:
                if item.parent in slow:
                    item.add_marker(pytest.mark.skip)
    """,
    "an unused list of others": """
        def pytest_collection_modifyitems(items):
            kept = []
            for item in items:
                kept.append(items[0])
            items[:] = kept
    """,
}


@pytest.fixture
def hook(tmp_path):
    """Imports a conftest and returns its hook."""
    numbers = itertools.count()

    def load(source):
        path = tmp_path / f"conftest_{next(numbers)}.py"
        path.write_text("import os\nimport sys\n\nimport pytest\n\n" + textwrap.dedent(source), "utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.pytest_collection_modifyitems

    return load


def known(name, *_):
    if name not in ("--runslow", "fast"):
        raise ValueError(name)
    return False


CONFIG = types.SimpleNamespace(getoption=known, getini=known)


@pytest.mark.parametrize("source", SINGLY.values(), ids=SINGLY)
def test_each_on_its_own(hook, source):
    assert itemwise.treats_items_singly(hook(source), CONFIG, ("xdist_group",))


@pytest.mark.parametrize("source", TOGETHER.values(), ids=TOGETHER)
def test_not_known_to_be_on_its_own(hook, source):
    assert not itemwise.treats_items_singly(hook(source), CONFIG, ("xdist_group",))


def test_what_is_no_plain_function(hook):
    function = hook(SINGLY["nothing"])
    assert itemwise.treats_items_singly(function, CONFIG, ())
    assert not itemwise.treats_items_singly(types.MethodType(function, object()), CONFIG, ())
    made = {}
    exec("def pytest_collection_modifyitems(items): pass", made)
    assert not itemwise.treats_items_singly(made["pytest_collection_modifyitems"], CONFIG, ())


def test_the_recipe_leaves_the_collection_by_module(project, worker):
    option = "def pytest_addoption(parser): parser.addoption('--runslow', action='store_true')\n"
    directory = project(
        {"conftest.py": "import pytest\n\n" + option + textwrap.dedent(RUNSLOW)},
        test_a="import pytest\n\n@pytest.mark.slow\ndef test_slow(): pass\ndef test_quick(): pass\n",
        test_b="def test_other(): pass\n",
    )
    for words, outcome in ([], "SKIPPED"), (["--runslow"], "PASSED"):
        running = worker(directory, *words)
        assert running.wait_for("ready")["collection"]["mode"] == "BY_MODULE"
        running.lease(1, module="test_b.py")
        running.lease(2, module="test_a.py")
        running.finish()
        assert running.outcomes() == {
            "test_a.py::test_slow": outcome,
            "test_a.py::test_quick": "PASSED",
            "test_b.py::test_other": "PASSED",
        }
