"""The programs that Fastest is compared with: the call of each, and how to read its output."""

import re
from typing import NamedTuple

# Maps other words for an outcome to pytest's.
_WORDS = {"error": "errors"}
_OUTCOMES = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")
_WORD = "(passed|failed|errors?|skipped|xfailed|xpassed)"
_COUNT = re.compile(rf"\b(\d+) {_WORD}\b|\b{_WORD}: +(\d+)")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Peer(NamedTuple):
    name: str
    # The program's set of tools/setup. "" for the suite's own interpreter.
    environment: str
    # The words of the command. {bin} is the folder of programs of its environment, {python} the suite's interpreter,
    # {fastest} our coordinator.
    run: tuple
    # The words of the command that lists all tests. Empty if the program cannot list tests.
    collect: tuple = ()
    # Whether each run gets a fresh cache.
    cold: bool = False
    # The suites on which the program differs from the others. Empty means any suite.
    suites: tuple = ()


PEERS = (
    Peer("pytest", "", ("{python}", "-m", "pytest", "-q"), ("{python}", "-m", "pytest", "--collect-only", "-q")),
    Peer(
        "Fastest",
        "",
        ("{fastest}", "-n", "2", "--python", "{python}", "-q"),
        ("{fastest}", "--discover", "--python", "{python}"),
    ),
    Peer("Fastest --warm", "", ("{fastest}", "--warm", "-n", "2", "--python", "{python}", "-q")),
    Peer(
        "Fastest --engine=native",
        "",
        ("{fastest}", "--engine=native", "-n", "2", "--python", "{python}", "-q"),
        suites=("plain",),
    ),
    Peer(
        "Fastest --engine=native --warm",
        "",
        ("{fastest}", "--engine=native", "--warm", "-n", "2", "--python", "{python}", "-q"),
        suites=("plain",),
    ),
    Peer("Fastest, its cache empty", "", (), ("{fastest}", "--discover", "--python", "{python}"), cold=True),
    Peer("xdist --dist load", "peers/xdist", ("{bin}/python", "-m", "pytest", "-q", "-n2", "--dist", "load")),
    Peer("xdist --dist worksteal", "peers/xdist", ("{bin}/python", "-m", "pytest", "-q", "-n2", "--dist", "worksteal")),
    Peer("xdist --dist loadfile", "peers/xdist", ("{bin}/python", "-m", "pytest", "-q", "-n2", "--dist", "loadfile")),
    Peer("pytest-zygote", "peers/pytest-zygote", ("{bin}/python", "-m", "pytest", "-q", "--workers", "2")),
    Peer("oxytest", "peers/oxytest", ("{bin}/oxytest", "-n", "2"), ("{bin}/oxytest", "--collect-only", "-v")),
    Peer("rustest", "peers/rustest", ("{bin}/rustest", "-n", "2", "--pytest-compat", "--ascii", "--color", "never")),
    Peer("karva", "peers/karva", ("{bin}/karva", "test", "-n", "2", "--color", "never")),
    Peer("rtest", "peers/rtest", ("{bin}/rtest", "-n", "2"), ("{bin}/rtest", "--collect-only")),
)


def outcomes_in(text):
    """The counts by outcome of the summary at the end of a program's output. Empty without a summary."""
    counts = {}
    for line in _ESCAPES.sub("", text).splitlines()[-12:]:
        found = {}
        for number, word, other_word, other_number in _COUNT.findall(line):
            word = word or other_word
            found[_WORDS.get(word, word)] = int(number or other_number)
        # A summary has a line for each count, or one line with all counts. The last such line is valid.
        if len(found) == 1 and not set(found) & set(counts):
            counts.update(found)
        elif found:
            counts = found
    return counts


def right_outcomes(counts, expected):
    """The most outcomes that can be right, by their numbers, since programs do not name tests as pytest does."""
    return sum(min(counts.get(outcome, 0), expected.get(outcome, 0)) for outcome in _OUTCOMES)


def right_ids(text, expected):
    """The number of pytest's ids that are lines of the text."""
    lines = {line.strip() for line in _ESCAPES.sub("", text).splitlines()}
    return sum(1 for node_id in expected if node_id in lines)


def ids_in(text):
    """The ids that `pytest --collect-only -q` lists."""
    return [line for line in text.splitlines() if "::" in line and not line.startswith((" ", "="))]
