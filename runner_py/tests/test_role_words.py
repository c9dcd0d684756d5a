"""Whether a worker waits for the controller before it loads any plugin or conftest."""

from __future__ import annotations

import socket

import pytest
from fastest_runner.wire import values

ASKS = 'import os\nROLE = os.environ.get("PYTEST_XDIST_WORKER")\n'
TEST = {"test_a.py": "def test_a(): pass\n"}

# Each project: what is searched, its files, pytest's arguments, and the file that speaks of the roles.
SPEAKING = {
    "a conftest": ({"conftest.py": ASKS}, [], "conftest.py speaks of XDIST"),
    "a hook of xdist": (
        {"conftest.py": "import pytest\n@pytest.hookimpl(optionalhook=True)\ndef pytest_testnodeready(node): pass\n"},
        [],
        "conftest.py speaks of pytest_testnodeready",
    ),
    "an old word": ({"conftest.py": "INPUT = 'slaveinput'\n"}, [], "conftest.py speaks of slaveinput"),
    "a fixture's argument": (
        {"conftest.py": "import pytest\n@pytest.fixture\ndef db(worker_id): return worker_id\n"},
        [],
        "conftest.py speaks of worker_id",
    ),
    "a conftest in a folder that is named": ({"low/deep/conftest.py": ASKS}, ["low/deep"], "low/deep/conftest.py"),
    "a conftest of a file that is named": (
        {"low/conftest.py": ASKS, "low/test_b.py": "def test_b(): pass\n"},
        ["low/test_b.py::test_b"],
        "low/conftest.py",
    ),
    "a conftest above": ({"conftest.py": ASKS, "low/test_b.py": ""}, ["low/test_b.py"], "conftest.py"),
    "a conftest in a folder named test*": ({"tests/conftest.py": ASKS}, [], "tests/conftest.py"),
    "testpaths": ({"checks/conftest.py": ASKS, "pytest.ini": "[pytest]\ntestpaths = che*\n"}, [], "checks/conftest.py"),
    "a module of the project": (
        {"conftest.py": "from tools import roles\n", "tools/__init__.py": "", "tools/roles.py": ASKS},
        [],
        "tools/roles.py",
    ),
    "a module behind a module": (
        {"conftest.py": "import first\n", "first.py": "def f():\n    from second import g\n", "second.py": ASKS},
        [],
        "second.py",
    ),
    "names in brackets": (
        {
            "conftest.py": "from tools import (\n    one,\n    two,\n)\n",
            "tools/__init__.py": "one = 1\n",
            "tools/two.py": ASKS,
        },
        [],
        "tools/two.py",
    ),
    "a relative import": (
        {
            "low/__init__.py": "",
            "low/conftest.py": "from . import high\nfrom .tools.roles import ROLE\n",
            "low/high.py": "",
            "low/tools/__init__.py": "",
            "low/tools/roles.py": ASKS,
        },
        ["low"],
        "low/tools/roles.py",
    ),
    "a module that a text names": (
        {"conftest.py": 'pytest_plugins = ["support.fixtures"]\n', "support/fixtures.py": ASKS},
        [],
        "support/fixtures.py",
    ),
    "a module that is imported by name": (
        {"conftest.py": "import importlib\nR = importlib.import_module('roles')\n", "roles.py": ASKS},
        [],
        "roles.py",
    ),
    "pythonpath": (
        {"conftest.py": "import roles\n", "lib/roles.py": ASKS, "pytest.ini": "[pytest]\npythonpath = lib\n"},
        [],
        "lib/roles.py",
    ),
    "a folder that is put on sys.path": (
        {
            "tests/conftest.py": "import os, sys\n"
            "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))\n"
            "from company.hooks import *\n",
            "lib/company/__init__.py": "",
            "lib/company/hooks.py": "from . import roles\n",
            "lib/company/roles.py": ASKS,
        },
        [],
        "lib/company/roles.py",
    ),
    "a file that is run": (
        {"conftest.py": "exec(open('roles.txt').read())\n", "roles.txt": ASKS},
        [],
        "conftest.py speaks of exec(",
    ),
    "a plugin of the ini-file": (
        {"shared.py": ASKS, "pytest.ini": "[pytest]\naddopts = -p shared\npythonpath = .\n"},
        [],
        "shared.py",
    ),
}
SILENT = {
    "no conftest": ({}, []),
    "a conftest": ({"conftest.py": "import os\ndef pytest_configure(config): os.getpid()\n"}, []),
    "a conftest that pytest loads later": ({"low/deep/conftest.py": ASKS}, ["low"]),
    "a conftest beside": ({"other/conftest.py": ASKS, "low/test_b.py": ""}, ["low"]),
    "a test": ({"test_b.py": "def test_b(worker_id): pass\n"}, []),
    "--noconftest": ({"conftest.py": ASKS}, ["--noconftest"]),
    "a module that nobody imports": ({"conftest.py": "import os\n", "roles.py": ASKS}, []),
    "a library of Python's": ({"conftest.py": "import concurrent.futures\nimport multiprocessing.pool\n"}, []),
    "a longer word": ({"conftest.py": "coworker_identity = worker_counter = 1\n"}, []),
}


@pytest.mark.parametrize("name", SPEAKING)
def test_a_worker_waits_where_the_project_speaks_of_the_roles(worker, project, name):
    files, args, reason = SPEAKING[name]
    running = worker(project({**TEST, **files}), "-p", "no:cacheprovider", *args, xdist_worker=True)
    assert running.wait_for("awaits_controller")["reason"].startswith(reason)
    # Nothing of the project was imported.
    assert list(running.messages[0]) == ["awaits_controller"]
    running.send({"node": {}})
    running.wait_for("ready")


@pytest.mark.parametrize("name", SILENT)
def test_a_worker_begins_at_once_where_nobody_speaks_of_them(worker, project, name):
    files, args = SILENT[name]
    running = worker(project({**TEST, **files}), "-p", "no:cacheprovider", *args, xdist_worker=True)
    running.wait_for("ready")
    assert not running.all("awaits_controller")


def test_a_single_worker_waits_for_nobody(worker, project):
    running = worker(project({**TEST, "conftest.py": ASKS}), "-p", "no:cacheprovider")
    running.wait_for("ready")
    assert not running.all("awaits_controller")


def test_a_worker_takes_on_what_the_controller_gives(worker, project):
    conftest = """
        import os
        def pytest_configure(config):
            given = {key: config.workerinput.get(key) for key in ("one", "workerid")}
            with open("seen", "w", errors="surrogateescape") as file:
                print(given, os.environ.get("NEW"), os.environ.get("FASTEST_GONE"), os.getcwd(), file=file)
        """
    directory = project({**TEST, "conftest.py": conftest, "sub/test_b.py": ""})
    running = worker(directory, "-p", "no:cacheprovider", str(directory / "test_a.py"), xdist_worker=True)
    running.wait_for("awaits_controller")
    node = ({b"NEW": b"v\xff", b"FASTEST_GONE": None}, str(directory), f"{directory}/sub", socket.gethostname(), {})
    running.send({"finish": {}})
    running.send({"node": {"node": values.encode((*node[:4], {"one": (1, b"x")})), "listener": "somebody"}})
    assert running.wait_for("ready")["listener"] == "somebody"
    # The command that came before is not forgotten.
    running.read_to_end()
    # It was given no test, and has collected all, as a worker of pytest-xdist's.
    assert running.last("ended")["exit_status"] == pytest.ExitCode.OK
    seen = (directory / "sub/seen").read_text(errors="surrogateescape")
    assert seen == f"{{'one': (1, b'x'), 'workerid': '{running.worker_id}'}} v\udcff None {directory}/sub\n"


def test_the_collection_is_whole_where_the_controller_wants_to_see_it(worker, project):
    running = worker(project({**TEST, "conftest.py": ASKS}), "-p", "no:cacheprovider", xdist_worker=True)
    running.wait_for("awaits_controller")
    running.send({"node": {"node": values.encode(({}, "/", "/", "", {})), "wants_collection": True}})
    assert running.wait_for("ready")["collection"]["mode"] == "WHOLE"
