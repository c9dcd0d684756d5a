"""Makes docs/plugins.md of the projects of tests/plugins.

python tests/parity/plugins.py --write
"""

import argparse
import json
import sys

import parity
import suites

PAGE = parity.ROOT / "docs/plugins.md"
REQUIREMENTS = parity.ROOT / "tools/requirements/every_plugin.txt"

HEAD = """\
# Plugins

What a plugin does in pytest's hooks it does here, since workers are genuine sessions of pytest. With one worker the
session is pytest's own; with several, each is what a worker of pytest-xdist is for a plugin, and what the plugin does
in the controller of pytest-xdist it does in a control session beside them, whether pytest-xdist is installed or not.

Each of these has a project in `tests/plugins`, which pytest and Fastest run with one worker and with two: ids,
outcomes, exit code, counts, summary lines and the texts of failures are compared, and what a plugin prints at the end
appears once. `tests/parity/plugins.py --write` makes this page.

| plugin | version | what is compared | public suites in [parity.md](parity.md) |
|---|---|---|---|
"""

TAIL = """
Options that need to see a whole run from one process (those that measure benchmarks, `--log-file` …) get one: the run
then has one worker, and says so. [options.md](options.md) has them.

A plugin that is not here: [--doctor](command_line.md) runs your suite with pytest and with Fastest, and says what
differs.
"""


def versions():
    lines = [line.split("==") for line in REQUIREMENTS.read_text("utf-8").splitlines() if "==" in line]
    return {name.lower().replace("_", "-"): version for name, version in lines}


def rows():
    """Plugin, its version, what is compared, public suites: one for each project."""
    pinned = versions()
    for folder in sorted(suites.PLUGINS.iterdir()):
        if (folder / "expected.json").exists():
            text = json.loads((folder / "expected.json").read_text("utf-8"))
            plugin = text["plugins"][0]
            yield plugin, pinned[plugin], text["about"], text.get("public", "")


def main():
    parser = argparse.ArgumentParser(description="Makes docs/plugins.md.")
    parser.add_argument("--write", action="store_true", required=True)
    parser.parse_args()
    table = "".join(f"| `{plugin}` | {version} | {about} | {public} |\n" for plugin, version, about, public in rows())
    PAGE.write_text(HEAD + table + TAIL, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
