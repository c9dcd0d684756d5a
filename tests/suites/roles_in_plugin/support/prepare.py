"""A plugin that prepares before any conftest is loaded. It asks for its role in another module."""

import pathlib

from support import roles


def pytest_load_initial_conftests(early_config):
    if not roles.is_worker():
        pathlib.Path(early_config.rootpath, "prepared.txt").write_text("by the controller")
