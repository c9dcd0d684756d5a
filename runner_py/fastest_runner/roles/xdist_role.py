"""A worker of several looks to plugins like a worker of pytest-xdist, so they leave files and reports to a controller.

If pytest-xdist is installed, the fixtures worker_id and testrun_uid are its own. If not, a worker has them all the
same, so that a suite for pytest-xdist runs unchanged.
"""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Any

import pytest
from _pytest import cacheprovider

from . import stand_in

# Fixtures of pytest-xdist that suites ask for.
_LENT = ("worker_id", "testrun_uid")
# The attributes in which pytest's versions keep fixture definitions by name.
_TABLES = ("_arg2fixturedefs", "_arg2node2fixturedefs", "_arg2nodeid2fixturedefs")
# What pytest-rerunfailures says of itself: whether pytest-xdist has the hook for crashed items.
_HANDLES_CRASHES = pytest.StashKey[bool]()


def announce(run_id: str, worker_id: str, slots: int) -> None:
    """Sets the environment variables that conftests read when they are imported."""
    os.environ["PYTEST_XDIST_TESTRUNUID"] = run_id
    os.environ["PYTEST_XDIST_WORKER"] = worker_id
    os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(slots)


def assume(config: Any, run_id: str, worker_id: str, slots: int, given: dict[Any, Any] | None = None) -> None:
    """Gives a parsed config what a worker's config has. To be called before any hook of the session.

    `given` is what plugins in the control session have put into the worker's input.
    """
    config.workerinput = {
        "workerid": worker_id,
        "workercount": slots,
        "testrunuid": run_id,
        "mainargv": sys.argv,
        **_controller_answers(config, run_id),
        **(given or {}),
    }
    config.workeroutput = {}
    stand_in.take_place(config.pluginmanager)
    basetemp = config.option.basetemp
    if basetemp:
        # Each worker empties its own.
        os.makedirs(basetemp, exist_ok=True)
        config.option.basetemp = os.path.join(basetemp, f"popen-{worker_id}")
    if hasattr(config.option, "benchmark_disable") and not config.option.benchmark_enable:
        # Beside other workers pytest-benchmark would measure nothing either, and would warn of that at the session's
        # end; `filterwarnings = error` makes the warning an error. A run that asks for measurements has one worker.
        config.option.benchmark_disable = True
    reruns = sys.modules.get("pytest_rerunfailures")
    if reruns is not None:
        # The plugin would ask its controller's side, through a socket, about crashed workers. For sessions without a
        # controller it has a store of its own, and reruns in this worker need no more.
        config.stash[_HANDLES_CRASHES] = reruns.HAS_PYTEST_HANDLECRASHITEM
        reruns.HAS_PYTEST_HANDLECRASHITEM = False


def take_back(config: Any) -> None:
    """Takes back what only plugins' pytest_configure had to see. To be called when the session starts."""
    if _HANDLES_CRASHES in config.stash:
        sys.modules["pytest_rerunfailures"].HAS_PYTEST_HANDLECRASHITEM = config.stash[_HANDLES_CRASHES]


def _controller_answers(config: Any, run_id: str) -> dict[str, Any]:
    """Returns what a controller's side of known plugins puts into workerinput: the same in all workers of a run."""
    seed = int.from_bytes(hashlib.blake2b(run_id.encode(), digest_size=4).digest(), "big")
    answers: dict[str, Any] = {}
    if hasattr(config.option, "randomly_seed"):
        given = config.option.randomly_seed
        answers["randomly_seed"] = given if isinstance(given, int) else seed
    if hasattr(config.option, "random_order_seed"):
        given = str(config.option.random_order_seed)
        answers["random_order_seed"] = f"default:{seed}" if given.startswith("default:") else given
    if config.pluginmanager.hasplugin("_cov"):
        answers["cov_master_host"] = os.uname().nodename
        answers["cov_master_topdir"] = str(config.rootpath)
        answers["cov_master_rsync_roots"] = []
    return answers


class _Fixtures:
    @pytest.fixture(scope="session")
    def worker_id(self, request: Any) -> str:
        """The worker's name, "gw0" and so on."""
        return str(request.config.workerinput["workerid"])

    @pytest.fixture(scope="session")
    def testrun_uid(self, request: Any) -> str:
        """The run's name, the same in all workers."""
        return str(request.config.workerinput["testrunuid"])


def _node(session: Any) -> Any:
    """Returns the session as FixtureManager.getfixturedefs wants it. pytest before 8 wants an id."""
    return session if pytest.version_tuple >= (8,) else session.nodeid


def lend_fixtures(session: Any) -> None:
    """Gives a worker's session pytest-xdist's fixtures if that is not installed. Once, when the session has started.

    Only a test that asks for them sees them: as under pytest, no list of available fixtures has them.
    """
    plugins = session.config.pluginmanager
    if not stand_in.is_in_place(plugins):
        return
    manager = session._fixturemanager
    tables = [table for table in (getattr(manager, name, None) for name in _TABLES) if table is not None]
    others = [{name: table.pop(name) for name in _LENT if name in table} for table in tables]
    # All versions of pytest read an object's fixtures when it is registered. Then it is taken back.
    fixtures = _Fixtures()
    plugins.register(fixtures, "fastest_xdist_fixtures")
    plugins.unregister(fixtures)
    lent = {name: manager.getfixturedefs(name, _node(session)) for name in _LENT}
    for table, other in zip(tables, others):
        for name in _LENT:
            table.pop(name, None)
        table.update(other)
    look_up = manager.getfixturedefs

    def getfixturedefs(argname: str, node: Any) -> Any:
        found = look_up(argname, node)
        # They come first, as a plugin's fixtures do: a conftest's fixture of the same name may ask for them.
        return found if argname not in lent else [*lent[argname], *(found or ())]

    manager.getfixturedefs = getfixturedefs


def consume_options(config: Any, may_debug: bool = False) -> None:
    """Resets pytest-xdist's options, since the run is spread already, and --pdb, as pytest-xdist does.

    `may_debug`: a single session keeps --pdb. It has no keyboard, and the debugger ends it at the first prompt.
    """
    option = config.option
    option.usepdb = option.usepdb and may_debug
    for name, value in {
        "dist": "no",
        "distload": False,
        "looponfail": False,
        "numprocesses": None,
        "maxprocesses": None,
        "tx": [],
    }.items():
        if hasattr(option, name):
            setattr(option, name, value)


def read_no_ids(config: Any) -> None:
    """Spares a worker from reading the ids of the last run's tests. It does not look at them, and adds none."""
    if not hasattr(config, "workerinput") or getattr(config.option, "newfirst", True):
        return
    genuine = cacheprovider.NFPlugin

    def make_once(asking: Any) -> Any:
        # Sessions within tests get the genuine plugin.
        cacheprovider.NFPlugin = genuine  # type: ignore[misc]
        return _WithoutIds(config) if asking is config else genuine(asking)

    cacheprovider.NFPlugin = make_once  # type: ignore[assignment,misc]


class _WithoutIds(cacheprovider.NFPlugin):
    # This hook notes the ids of items. In a worker nobody writes them down.
    pytest_collection_modifyitems = None  # type: ignore[assignment]

    def __init__(self, config: Any) -> None:
        self.config = config
        self.active = False
        self.cached_nodeids = set()
