"""The controller writes a file while this is imported. Under xdist no worker exists by then."""

import os
import pathlib

FILE = pathlib.Path(__file__).with_name("prepared.txt")
if "PYTEST_XDIST_WORKER" not in os.environ:
    FILE.write_text("3")
