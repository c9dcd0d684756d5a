"""A worker's part as plugins know it from pytest-xdist: they leave files and reports to a controller.

The fixtures worker_id and testrun_uid are pytest-xdist's own where it is installed; where it is not, a worker has them
all the same, so that a suite which was made for it runs unchanged.
"""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Any

import pytest
from _pytest import cacheprovider

# What pytest-xdist's users ask for.
_LENT = ("worker_id", "testrun_uid")
# Where pytest's versions keep the definitions of a fixture, by its name.
_TABLES = ("_arg2fixturedefs", "_arg2node2fixturedefs", "_arg2nodeid2fixturedefs")


def announce(run_id: str, worker_id: str, slots: int) -> None:
    """Sets the environment variables, which conftests read as they are imported."""
    os.environ["PYTEST_XDIST_TESTRUNUID"] = run_id
    os.environ["PYTEST_XDIST_WORKER"] = worker_id
    os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(slots)


def assume(config: Any, run_id: str, worker_id: str, slots: int) -> None:
    """Makes a parsed config that of a worker, before any hook of the session runs."""
    config.workerinput = {
        "workerid": worker_id,
        "workercount": slots,
        "testrunuid": run_id,
        "mainargv": sys.argv,
        **_controller_answers(config, run_id),
    }
    config.workeroutput = {}
    basetemp = config.option.basetemp
    if basetemp:
        # Each worker empties its own.
        os.makedirs(basetemp, exist_ok=True)
        config.option.basetemp = os.path.join(basetemp, f"popen-{worker_id}")
    if hasattr(config.option, "benchmark_disable") and not config.option.benchmark_enable:
        # Beside other workers it would measure nothing either, and warn of it as the session ends, which
        # `filterwarnings = error` makes an error of. What asks for measurements gets a session to itself.
        config.option.benchmark_disable = True
    reruns = sys.modules.get("pytest_rerunfailures")
    if reruns is not None:
        # It would ask its controller's side, by a socket, for what it remembers of crashed workers. It has a
        # store without that for sessions that are on their own; reruns in this worker need no more.
        reruns.HAS_PYTEST_HANDLECRASHITEM = False


def _controller_answers(config: Any, run_id: str) -> dict[str, Any]:
    """What a controller's side of well-known plugins would have put into workerinput, equal in all workers of a run."""
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
        """What this run has for a name, in all of its workers."""
        return str(request.config.workerinput["testrunuid"])


def _node(session: Any) -> Any:
    """The session as FixtureManager.getfixturedefs wants it: pytest before 8 asks for an id."""
    return session if pytest.version_tuple >= (8,) else session.nodeid


def lend_fixtures(session: Any) -> None:
    """Gives a worker's session the fixtures of pytest-xdist where that is missing. Once, when the session has started.

    Who doesn't ask for them doesn't see them: they stand in no list of available fixtures, as under pytest.
    """
    plugins = session.config.pluginmanager
    if plugins.hasplugin("xdist"):
        return
    manager = session._fixturemanager
    tables = [table for table in (getattr(manager, name, None) for name in _TABLES) if table is not None]
    others = [{name: table.pop(name) for name in _LENT if name in table} for table in tables]
    # Registered and taken back, which makes pytest read the fixtures of an object in any of its versions.
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
        # As those of a plugin they come first: a conftest's of the same name may ask for them.
        return found if argname not in lent else [*lent[argname], *(found or ())]

    manager.getfixturedefs = getfixturedefs


def consume_options(config: Any) -> None:
    """Takes back what addopts or the command line ask of pytest-xdist or of a terminal: the run is spread already."""
    option = config.option
    option.usepdb = False
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
    """Spares a worker to read the ids of the last run's tests, at which it does not look, and to which it adds none."""
    if not hasattr(config, "workerinput") or getattr(config.option, "newfirst", True):
        return
    genuine = cacheprovider.NFPlugin

    def make_once(asking: Any) -> Any:
        # Sessions within tests have the genuine one.
        cacheprovider.NFPlugin = genuine  # type: ignore[misc]
        return _WithoutIds(config) if asking is config else genuine(asking)

    cacheprovider.NFPlugin = make_once  # type: ignore[assignment,misc]


class _WithoutIds(cacheprovider.NFPlugin):
    # It would note the ids of items, which nobody writes down in a worker.
    pytest_collection_modifyitems = None  # type: ignore[assignment]

    def __init__(self, config: Any) -> None:
        self.config = config
        self.active = False
        self.cached_nodeids = set()
