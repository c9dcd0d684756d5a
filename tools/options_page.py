"""Makes docs/options.md: every option of pytest and of pytest-xdist, and what becomes of it here.

    $(tools/setup --python test) tools/options_page.py [--write]

Joins the table that the command line itself uses (//coordinator/options:print_flags, built beforehand) with the parsers
of the pytest versions that tools/setup installs. Without --write it prints the page.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/options.md"
PRINT_FLAGS = ROOT / "bazel-bin/coordinator/options/print_flags"

# The sets of tools/setup whose pytest is asked, from the oldest.
SETS = ("pytest7", "pytest8", "test")

# Asks a pytest for its version and its options: [names, nargs ("0" for flags)].
ASK = """
import json, pytest
from _pytest.config import get_config
config = get_config(["."])
config.pluginmanager.import_plugin("xdist.plugin") if XDIST else None
parser = config._parser
build = getattr(parser, "_getparser", None)
build = build() if build else parser.optparser
actions = [a for a in build._actions if a.option_strings]
print(json.dumps([pytest.__version__, [[a.option_strings, "1" if a.nargs is None else str(a.nargs)] for a in actions]]))
"""

SAME = "same"
HANDED = "handed to the workers"
MEANINGLESS = "meaningless here"

# By the table's handling: the verdict on an option of pytest's, and what happens. Where that is empty, the table's own
# line says what stands in its place.
VERDICTS = {
    "own": (SAME, "the coordinator does it, over the results of all workers"),
    "asked": (SAME, "the coordinator answers"),
    "handed": (HANDED, "each worker's pytest obeys it"),
    "text": (SAME, "one worker lets pytest answer, and its text is shown as it is"),
    "single session": (SAME, "the run is one session on one slot, as pytest's own; a note says so"),
    "control session": (SAME, "any number of workers, and a session beside them that sees the whole run"),
    "interactive": (SAME, "pytest itself takes over the terminal"),
    "consumed": (MEANINGLESS, ""),
}

# Options that the coordinator obeys as well: those of these groups of the table, and some that the whole run hangs on.
ALSO_HERE = {
    "Terminal (as pytest)": "each worker's pytest obeys it, and so does the text that the coordinator prints",
    "Configuration (as pytest)": "each worker's pytest obeys it; the coordinator reads the same configuration",
    "Choosing tests (as pytest)": "each worker's pytest obeys it; the coordinator plans with it",
    "-x": "the coordinator counts the failures of all workers",
    "--maxfail": "the coordinator counts the failures of all workers",
}

HEAD = """\
# Options

What becomes of each option of pytest {versions} and of pytest-xdist. `tools/options_page.py` makes this page
from the table that the command line itself uses and from what these versions of pytest say of themselves; a test holds
all three against each other.

- **same**: the same effect as with pytest.
- **handed to the workers**: each worker's pytest gets it, and so it has the same effect.
- **meaningless here**: taken, and what is done in its stead.

What is not listed goes to pytest as it is: it is a plugin's option, or pytest's usage error. `@FILE` is replaced by the
lines of FILE, as pytest from 8.2 on does (here with any version). [command_line.md](command_line.md) tells of Fastest's
own options, and `--help` lists all.
"""


def read_flags():
    return json.loads(subprocess.run([PRINT_FLAGS], check=True, capture_output=True, text=True).stdout)


def ask_pytest(python, xdist=False):
    """(version, {tuple of names: nargs}) of an interpreter's pytest."""
    program = ASK.replace("XDIST", repr(xdist))
    answer = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True, cwd="/").stdout
    version, options = json.loads(answer.splitlines()[-1])
    return version, {tuple(names): nargs for names, nargs in options}


def python_of(name):
    command = [ROOT / "tools/setup", "--python", name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def ask_all():
    """What each version of pytest has, from the oldest; then pytest-xdist's options."""
    plain = [ask_pytest(python_of(name)) for name in SETS]
    _, with_xdist = ask_pytest(python_of("test"), xdist=True)
    own = set(plain[-1][1])
    return plain, {names: nargs for names, nargs in with_xdist.items() if names not in own}


def short(version):
    return ".".join(version.split(".")[:2])


def which(names, versions):
    """Which of the versions have an option: empty if all have."""
    having = [short(version) for version, options in versions if any(set(names) & set(known) for known in options)]
    return "" if len(having) == len(versions) else "only " + ", ".join(having)


def row(flag, since):
    verdict, how = VERDICTS[flag["handling"]]
    if flag["handling"] == "handed":
        how = ALSO_HERE.get(flag["names"][0]) or ALSO_HERE.get(flag["group"], how)
    how = how or flag["help"]
    names = ", ".join(f"`{name}`" for name in flag["names"])
    return f"| {names} | {since} | {verdict} | {how} |"


def make_page(flags, versions, xdist):
    def known_to(options):
        names = {name for known in options for name in known}
        return [flag for flag in flags if names & set(flag["names"])]

    lines = [HEAD.format(versions=", ".join(version for version, _ in versions))]
    of_pytest = known_to({names for _, options in versions for names in options})
    lines += ["## pytest's", "", "| option | pytest | verdict | what happens |", "|---|---|---|---|"]
    lines += [row(flag, which(flag["names"], versions)) for flag in of_pytest]
    lines += ["", "## pytest-xdist's", "", "| option | | verdict | what happens |", "|---|---|---|---|"]
    lines += [row(flag, "") for flag in known_to(xdist) if flag not in of_pytest]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/options.md")
    arguments = parser.parse_args()
    versions, xdist = ask_all()
    page = make_page(read_flags(), versions, xdist)
    if arguments.write:
        PAGE.write_text(page, "utf-8")
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main()
