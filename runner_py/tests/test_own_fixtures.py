"""The fixture table of a session has pytest's own fixtures in the form that pytest gives them."""

from __future__ import annotations

import json
import subprocess
import sys

CONFTEST = """
import json
import sys

import pytest

class Plugin:
    @pytest.fixture
    def of_a_class(self): return 1

def pytest_configure(config):
    config.pluginmanager.register(Plugin())
    # One more fixture in a module of pytest's.
    sys.modules["_pytest.recwarn"].added = pytest.fixture(lambda: 1, name="added")

@pytest.fixture
def tmp_path(tmp_path): return tmp_path

@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    manager = session._fixturemanager
    table = [
        (fixture.argname, fixture.func.__module__, fixture.func.__qualname__, str(fixture.scope), fixture.baseid)
        for fixture in manager._get_all_fixture_defs()
    ] if hasattr(manager, "_get_all_fixture_defs") else sorted(manager._arg2fixturedefs)
    with open("table.json", "w") as file:
        json.dump(table, file)
"""


def test_the_table_is_pytests(project, run_all):
    directory = project(conftest=CONFTEST, test_m="def test_a(of_a_class, added, tmp_path): pass")
    table = directory / "table.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
    expected = json.loads(table.read_text("utf-8"))
    table.unlink()
    assert list(run_all(directory).outcomes().values()) == ["PASSED"]
    # A worker's session may have more fixtures (pytest-xdist's), and lacks those of plugins that are off here.
    found = [row for row in json.loads(table.read_text("utf-8")) if row in expected]
    own = [row for row in expected if row[1].startswith(("_pytest.", "conftest"))]
    assert [row for row in found if row[1].startswith(("_pytest.", "conftest"))] == own
    assert {"added", "of_a_class", "capsys", "tmpdir", "tmp_path"} <= {row[0] for row in found}
