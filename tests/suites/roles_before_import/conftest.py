"""The controller takes its time to write what the modules read while they are imported."""

import json
import pathlib
import time

FILE = pathlib.Path(__file__).with_name("cases.json")


class Part:
    def __init__(self, config):
        self.is_worker = hasattr(config, "workerinput")

    def prepare(self):
        if not self.is_worker:
            time.sleep(0.5)
            FILE.write_text(json.dumps({"cases": [1, 2]}))


def pytest_configure(config):
    Part(config).prepare()
