"""Tests whose making depends on what is in the process at that time: they are those of pytest, whatever comes later.

Each kind below is a few modules. All kinds are one project, since modules of one kind know nothing of others. pytest
runs the project, and a worker runs it with the modules in reverse order.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import pytest

# Files by their names. `K` in names and texts stands for the kind.
KINDS = {
    "dictionary": {
        "K_lib.py": "NAMES = {'first': 1}\n",
        "test_K_a.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("name", K_lib.NAMES)
            def test_name(name): assert name == "first"
            @pytest.mark.parametrize("name, value", K_lib.NAMES.items())
            def test_items(name, value): assert value == 1
            """,
        "test_K_b.py": "import K_lib\nK_lib.NAMES['second'] = 2\ndef test_b(): K_lib.NAMES.clear()\n",
    },
    "list": {
        "K_lib.py": "CASES = ['first']\nROWS = [[1, 2]]\nIDS = ['one']\n",
        "test_K_a.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("case", K_lib.CASES)
            def test_case(case): assert case == "first"
            @pytest.mark.parametrize(["x", "y"], K_lib.ROWS, ids=K_lib.IDS)
            def test_rows(x, y): assert (x, y) == (1, 2)
            """,
        "test_K_b.py": """
            import K_lib
            K_lib.CASES.append("second")
            K_lib.ROWS[0][:] = [3, 4]
            K_lib.IDS[:] = ["other"]
            def test_b(): K_lib.CASES.clear(); K_lib.ROWS.append([5, 6])
            """,
    },
    "iterator": {
        "K_lib.py": "NAMES = iter('abcd')\n",
        "test_K_a.py": """
            import itertools, pytest, K_lib
            @pytest.mark.parametrize("name", itertools.islice(K_lib.NAMES, 2))
            def test_name(name): pass
            """,
        "test_K_b.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("name", (name for name in K_lib.NAMES))
            def test_name(name): pass
            """,
    },
    "subclasses": {
        "K_lib.py": "class Base: pass\nclass First(Base): pass\n",
        "test_K_a.py": """
            import pytest, K_lib
            class All:
                def __iter__(self): return iter(K_lib.Base.__subclasses__())
            @pytest.mark.parametrize("kind", All())
            def test_kind(kind): pass
            """,
        "test_K_b.py": "import K_lib\nclass Second(K_lib.Base): pass\ndef test_b(): pass\n",
    },
    "decorator": {
        "K_lib.py": "CHECKS = []\ndef check(function): CHECKS.append(function); return function\n",
        "test_K_a.py": """
            import pytest, K_lib
            @K_lib.check
            def first(): pass
            @pytest.mark.parametrize("check", K_lib.CHECKS, ids=lambda check: check.__name__)
            def test_check(check): pass
            """,
        "test_K_b.py": "import K_lib\n@K_lib.check\ndef second(): pass\ndef test_b(): pass\n",
    },
    "environment": {
        "test_K_a.py": """
            import os, pytest
            class Names:
                def __iter__(self): return iter(os.environ.get("K_NAMES", "none").split(","))
            @pytest.mark.parametrize("name", Names())
            def test_name(name): pass
            """,
        "test_K_b.py": "import os\nos.environ['K_NAMES'] = 'one,two'\ndef test_b(): pass\n",
        "test_K_c.py": """
            import os, pytest
            @pytest.mark.parametrize("name", os.environ["K_NAMES"].split(","))
            def test_name(name): pass
            def test_changes(): os.environ["K_NAMES"] = "three"
            """,
    },
    "counting_ids": {
        "K_lib.py": "count = 0\ndef number(value):\n    global count\n    count += 1\n    return f'id{count}'\n",
        "test_K_a.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("x", ["a", "b"], ids=K_lib.number)
            def test_x(x): pass
            """,
        "test_K_b.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("x", ["a", "b"], ids=K_lib.number)
            def test_x(x): pass
            @pytest.fixture(params=["p", "q"], ids=K_lib.number)
            def given(request): return request.param
            def test_given(given): pass
            """,
    },
    "fixture": {
        "K_lib.py": "PARAMS = ['first']\n",
        "test_K_a.py": """
            import pytest, K_lib
            @pytest.fixture(params=K_lib.PARAMS)
            def given(request): return request.param
            def test_given(given): pass
            @pytest.mark.parametrize("given", K_lib.PARAMS, indirect=True)
            def test_indirect(given): pass
            """,
        "test_K_b.py": "import K_lib\nK_lib.PARAMS.append('second')\ndef test_b(): pass\n",
    },
    "param": {
        "K_lib.py": "class Live:\n    def __init__(self): self.__name__ = 'before'\nLIVE = Live()\nMARKS = []\n",
        "test_K_a.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("live", [pytest.param(K_lib.LIVE), pytest.param(2, id="two", marks=K_lib.MARKS)])
            def test_live(live): pass
            @pytest.mark.parametrize("number", [pytest.param(1, marks=K_lib.MARKS), 2])
            def test_number(number): pass
            """,
        "test_K_b.py": """
            import pytest, K_lib
            K_lib.LIVE.__name__ = "after"
            K_lib.MARKS.append(pytest.mark.skip)
            def test_b(): pass
            """,
    },
    "enum": {
        "K_lib.py": """
            import enum
            class Color(enum.Enum):
                RED = 1
                def __str__(self): return prefix + self.name
            prefix = "before"
            """,
        "test_K_a.py": """
            import pytest, K_lib
            @pytest.mark.parametrize("color", list(K_lib.Color))
            def test_color(color): pass
            """,
        "test_K_b.py": "import K_lib\nK_lib.prefix = 'after'\ndef test_b(): pass\n",
    },
    "pytestmark": {
        "K_lib.py": "import pytest\nMARKS = [pytest.mark.parametrize('x', ['first'])]\n",
        "test_K_a.py": "import K_lib\npytestmark = K_lib.MARKS\ndef test_x(x): pass\n",
        "test_K_b.py": "import pytest, K_lib\nK_lib.MARKS.append(pytest.mark.skip)\ndef test_b(): pass\n",
    },
    "marks_of_functions": {
        "test_K_a.py": """
            import pytest
            @pytest.mark.parametrize("x", ["a"])
            def test_x(x): pass
            def test_plain(): pass
            """,
        "test_K_b.py": """
            import pytest, test_K_a
            pytest.mark.skip(test_K_a.test_plain)
            pytest.mark.skip(test_K_a.test_x)
            pytest.mark.parametrize("y", ["more"])(test_K_a.test_x)
            def test_b(): pass
            """,
    },
    "tests_from_elsewhere": {
        "test_K_a.py": """
            import pytest
            class TestA:
                def test_own(self): pass
                @pytest.mark.parametrize("x", ["a"])
                def test_x(self, x): pass
            class TestBelow(TestA): pass
            def test_plain(): pass
            @pytest.mark.parametrize("x", ["a"])
            def test_x(x): pass
            """,
        "test_K_b.py": """
            import test_K_a
            def other(*args): assert 0
            test_K_a.TestA.test_more = other
            test_K_a.TestA.test_x = other
            test_K_a.test_more = other
            test_K_a.test_x = other
            test_K_a.test_plain = other
            test_K_a.TestMore = type("TestMore", (), {"test_more": other})
            def test_b(): pass
            """,
    },
    "unittest": {
        "test_K_a.py": "import unittest\nclass Case(unittest.TestCase):\n    def test_own(self): pass\n",
        "test_K_b.py": "import test_K_a\ntest_K_a.Case.test_more = lambda self: None\ndef test_b(): pass\n",
    },
    "class_attribute": {
        "K_lib.py": "class Options:\n    values = ('first',)\n",
        "test_K_a.py": """
            import pytest, K_lib
            def pytest_generate_tests(metafunc):
                metafunc.parametrize("value", K_lib.Options.values)
            def test_value(value): pass
            """,
        "test_K_b.py": "import K_lib\nK_lib.Options.values = ('second', 'third')\ndef test_b(): pass\n",
    },
    "folder": {
        "K/conftest.py": """
            import os
            def pytest_generate_tests(metafunc):
                if "name" in metafunc.fixturenames:
                    metafunc.parametrize("name", sorted(os.listdir(os.path.dirname(__file__) + "/data")))
            """,
        "K/data/one.txt": "",
        "K/test_K_a.py": "import os\ndef test_name(name): open(os.path.dirname(__file__) + '/data/two', 'w').close()\n",
        "K/test_K_b.py": "def test_name(name): pass\n",
    },
    "ids_of_a_conftest": {
        "test_K_a.py": "import pytest\n@pytest.mark.parametrize('x', ['a'])\ndef test_x(x): pass\n",
        # A folder's conftest is loaded with the folder above. This one comes after all other kinds.
        "zz_K/below/conftest.py": "def pytest_make_parametrize_id(val, argname): return f'hook-{val}'\n",
        "zz_K/below/test_K_b.py": "import pytest\n@pytest.mark.parametrize('x', ['a'])\ndef test_x(x): pass\n",
    },
    "plugin": {
        "K_plugin.py": """
            import pytest
            @pytest.fixture(autouse=True)
            def always(request): assert "K" not in request.node.name
            def pytest_generate_tests(metafunc):
                if "made" in metafunc.fixturenames: metafunc.parametrize("made", [1, 2])
            """,
        # Modules of other kinds come before these two.
        "test_zz_K_a.py": "import pytest\n@pytest.mark.parametrize('x', ['a'])\ndef test_x(x): pass\n",
        "test_zz_K_b.py": "pytest_plugins = 'K_plugin'\ndef test_b(): pass\ndef test_made(made): pass\n",
    },
}


def files_of(kind, texts):
    return {name.replace("K", kind): textwrap.dedent(text).replace("K", kind) for name, text in texts.items()}


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Writes all kinds and runs pytest. Returns a copy of the project, and pytest's outcomes."""
    directories = [tmp_path_factory.mktemp("live") for _ in range(2)]
    for directory in directories:
        for kind, texts in KINDS.items():
            for name, text in files_of(kind, texts).items():
                path = directory / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-vv", "--tb=no", "--color=no"]
    # A module's own warnings are not what is compared here.
    told = subprocess.run([*command, "-W", "ignore"], cwd=directories[0], capture_output=True, text=True, timeout=120)
    outcomes = dict(re.findall(r"^(\S+::.*?) (PASSED|FAILED|ERROR|SKIPPED)\b", told.stdout, re.MULTILINE))
    assert len(outcomes) > 3 * len(KINDS) // 2, told.stdout
    return directories[1], outcomes


@pytest.fixture(scope="module")
def runs(everything):
    """The outcomes of one worker for each engine, made when somebody asks."""
    return {}


@pytest.fixture(params=["ENGINE_AUTO", "ENGINE_PYTEST"])
def outcomes(request, everything, runs, worker):
    directory, expected = everything
    engine = request.param
    if engine not in runs:
        for made in directory.glob("*/data/two"):
            made.unlink()
        running = worker(directory, "-W", "ignore", engine=engine)
        collection = running.wait_for("ready")["collection"]
        assert (collection["mode"], collection["errors"]) == ("BY_MODULE", 0)
        for number, module in enumerate(reversed(collection["modules"]), start=1):
            running.lease(number, module=module)
        running.finish()
        runs[engine] = running.outcomes()
    return runs[engine], expected


@pytest.mark.parametrize("kind", KINDS)
def test_items_are_those_of_pytest(kind, outcomes):
    found, expected = ({name: one[name] for name in one if kind in name} for one in outcomes)
    assert found == expected
    assert expected
