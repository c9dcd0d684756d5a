"""Two parts, as with pytest-xdist: one prepares what tests need and reports at the end, workers only use it."""

import pathlib

import support


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(support.Report(config), "report")
        pathlib.Path(config.rootpath, "prepared.txt").write_text("for all workers")


def pytest_unconfigure(config):
    support.clear_away(config)
