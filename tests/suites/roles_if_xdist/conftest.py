"""Two parts that tell each other what they saw, if the plugin of pytest-xdist is there. It is switched off here."""


class Counts:
    def __init__(self):
        self.tests = {}

    def pytest_runtest_logfinish(self, nodeid):
        self.tests[nodeid] = self.tests.get(nodeid, 0) + 1

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(f"SEEN tests in all: {len(self.tests)}")


class Parts(Counts):
    def pytest_configure_node(self, node):
        node.workerinput["begun"] = {}

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["tests"] = {**session.config.workerinput["begun"], **self.tests}

    def pytest_testnodedown(self, node):
        self.tests.update(node.workeroutput["tests"])


def pytest_configure(config):
    config.pluginmanager.register(Parts() if config.pluginmanager.hasplugin("xdist") else Counts())
