import pathlib


class Report:
    def __init__(self, config):
        self.config = config
        self.counts = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.counts[report.outcome] = self.counts.get(report.outcome, 0) + 1

    def pytest_terminal_summary(self, terminalreporter):
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        terminalreporter.write_line(f"own report: {told}")


def clear_away(config):
    if not hasattr(config, "workerinput"):
        pathlib.Path(config.rootpath, "prepared.txt").unlink()
