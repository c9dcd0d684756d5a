"""A worker's part as plugins know it from pytest-xdist: they leave files and reports to a controller.

The fixtures worker_id and testrun_uid are pytest-xdist's own: where it is not installed, pytest does not know them, and
neither do we.
"""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Any


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
