"""Compares the table of options with pytest and pytest-xdist, and two pages of documents with the table."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import options_page  # noqa: E402

# Maps an arity in the table to argparse's number of values.
NARGS = {"flag": "0", "count": "0", "value": "1", "values": "1", "optional value": "?", "flag or word": "0"}


@pytest.fixture(scope="module")
def flags():
    return options_page.read_flags()


@pytest.fixture(scope="module")
def asked():
    return options_page.ask_all()


def test_no_spelling_stands_for_two_options(flags):
    names = [name for flag in flags for name in flag["names"]]
    assert len(names) == len(set(names))


def test_every_option_of_every_pytest_is_known_by_all_its_names(flags, asked):
    versions, xdist = asked
    known = {name: flag for flag in flags for name in flag["names"]}
    wrong = []
    for version, options in [*versions, ("xdist", xdist)]:
        for names, nargs in options.items():
            found = {known[name]["names"][-1] for name in names if name in known}
            if len(found) != 1 or any(name not in known for name in names):
                wrong.append(f"{version}: {names}: known as {found}")
            elif NARGS[known[names[0]]["arity"]] != nargs:
                wrong.append(f"{version}: {names}: {known[names[0]]['arity']}, and argparse has nargs={nargs}")
    assert wrong == []


def test_pytests_options_go_to_pytest_or_are_the_coordinators_own(flags, asked):
    """Options that only xdist has are not passed to pytest, which may lack xdist."""
    versions, xdist = asked
    of_pytest = {name for _, options in versions for names in options for name in names}
    of_xdist = {name for names in xdist for name in names}
    for flag in flags:
        if set(flag["names"]) & of_pytest:
            assert flag["handling"] != "consumed", flag["names"]
        elif set(flag["names"]) & of_xdist:
            assert flag["handling"] in ("own", "consumed"), flag["names"]


def test_the_page_is_what_its_maker_makes(flags, asked):
    assert options_page.PAGE.read_text("utf-8") == options_page.make_page(flags, *asked), (
        "run tools/options_page.py --write"
    )


def test_the_page_of_the_command_line_describes_each_of_our_options(flags):
    page = (ROOT / "docs/command_line.md").read_text("utf-8")
    mentioned = set(re.findall(r"(?<![\w-])--?\w[\w-]*", page))
    ours = [flag["names"] for flag in flags if flag["handling"] in ("own", "asked")]
    assert [names for names in ours if not mentioned & set(names)] == []


def test_the_page_says_which_versions_have_an_option():
    flag = {"names": ["-p", "--new"], "handling": "handed", "arity": "value", "group": "g", "help": "h"}
    versions = [("7.4.4", {}), ("9.2.0", {("--new",): "1"})]
    page = options_page.make_page([flag], versions, {})
    assert "| `-p`, `--new` | only 9.2 | handed to the workers |" in page
    assert options_page.which(["--new"], versions[1:]) == ""
