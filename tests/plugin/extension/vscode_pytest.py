"""Stands in for the pytest plugin of VS Code's Python extension. Written from what is public about its protocol.

The extension loads it by `-p vscode_pytest`, and reads messages from the named pipe TEST_RUN_PIPE: JSON-RPC with a
`content-length` header. Its hooks, and the two names that `fastest.vscode` uses, are those of the extension's plugin.
No line of that plugin is here.
"""

import json
import os
import pathlib

import pytest

map_id_to_path = {}
_is_discovery = False
_told = set()
_errors = []
_pipe = None


def get_node_path(node):
    return pathlib.Path(node.path)


def _absolute(node_id, path):
    return "::".join([str(path), *node_id.split("::")[1:]])


def _send(content):
    global _pipe
    if _pipe is None:
        _pipe = open(os.environ["TEST_RUN_PIPE"], "wb")  # noqa: SIM115
    data = json.dumps({"jsonrpc": "2.0", "params": content}).encode()
    _pipe.write(b"content-length: %d\r\ncontent-type: application/json\r\n\r\n" % len(data) + data)
    _pipe.flush()


def _send_result(test_id, outcome, message=None):
    if test_id not in _told:
        _told.add(test_id)
        result = {
            test_id: {"test": test_id, "outcome": outcome, "message": message, "traceback": None, "subtest": None}
        }
        _send({"cwd": os.getcwd(), "status": "success", "result": result, "error": _errors or None})


def pytest_load_initial_conftests(args):
    global _is_discovery
    _is_discovery = "--collect-only" in args


def pytest_exception_interact(node, call, report):
    if _is_discovery:
        _errors.append(report.longreprtext)
        return
    outcome = "failure" if call.excinfo.typename == "AssertionError" else "error"
    _send_result(_absolute(node.nodeid, get_node_path(node)), outcome, report.longreprtext)


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_runtest_protocol(item):
    map_id_to_path[item.nodeid] = get_node_path(item)
    yield


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_report_teststatus(report):
    if report.when == "call" or (report.when == "setup" and report.skipped):
        # As the extension's plugin has it: an unknown test gets the path of the working directory.
        path = map_id_to_path.get(report.nodeid, pathlib.Path.cwd())
        outcome = "success" if report.passed else "failure" if report.failed else "skipped"
        _send_result(_absolute(report.nodeid, path), outcome, report.longreprtext if report.failed else None)
    yield


def pytest_sessionfinish(session, exitstatus):
    if _is_discovery:
        tests = sorted(_absolute(item.nodeid, get_node_path(item)) for item in session.items)
        _send({"cwd": os.getcwd(), "status": "error" if _errors else "success", "tests": tests, "error": _errors})
    elif exitstatus not in (0, 1):
        _send({"cwd": os.getcwd(), "status": "error", "result": None, "error": [f"exit status {exitstatus}"]})
    if os.environ.get("COVERAGE_ENABLED") == "True":
        import coverage

        data = coverage.Coverage()
        data.load()
        covered = {}
        for file in data.get_data().measured_files():
            _, executable, _, missing, _ = data.analysis2(file)
            covered[file] = {"lines_covered": sorted({*executable} - {*missing}), "lines_missed": sorted(missing)}
        _send({"coverage": True, "cwd": os.getcwd(), "result": covered, "error": None})
