"""Every hook of the controller's part is called as often as under pytest-xdist, and workers have what it gave them."""

import collections

import pytest

SEEN = collections.Counter()


def pytest_configure(config):
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Controller(), "own controller")


class Controller:
    def pytest_xdist_setupnodes(self, config, specs):
        SEEN["setupnodes", len(specs)] += 1

    def pytest_xdist_newgateway(self, gateway):
        SEEN["newgateway"] += 1

    def pytest_configure_node(self, node):
        node.workerinput["database"] = {"name": f"db_{node.gateway.id}", 1: (b"\xff", 2.5, None, True)}
        SEEN["configure", node.workerinput["workercount"]] += 1

    def pytest_testnodeready(self, node):
        SEEN["ready"] += 1

    def pytest_xdist_node_collection_finished(self, node, ids):
        SEEN["collected", len(ids)] += 1

    def pytest_testnodedown(self, node, error):
        SEEN["down", error, node.workerinput["database"]["name"] == node.workeroutput["database"]] += 1

    def pytest_runtest_logreport(self, report):
        SEEN[report.when, report.node is not None] += 1

    def pytest_terminal_summary(self, terminalreporter):
        for key, count in sorted(SEEN.items(), key=str):
            terminalreporter.write_line(f"controller saw {key}: {count}")


@pytest.fixture(scope="session")
def database(request):
    given = getattr(request.config, "workerinput", {}).get("database")
    if given is None:
        return "db"
    assert given[1] == (b"\xff", 2.5, None, True)
    request.config.workeroutput["database"] = given["name"]
    return given["name"]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        session.config.workeroutput["database"] = session.config.workerinput["database"]["name"]
