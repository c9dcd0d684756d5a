"""The programs that Fastest is compared with: how each is called, and what it says that it has done."""

import re
from typing import NamedTuple

# Outcomes as pytest calls them, and other words for them.
_WORDS = {"error": "errors"}
_OUTCOMES = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")
_WORD = "(passed|failed|errors?|skipped|xfailed|xpassed)"
_COUNT = re.compile(rf"\b(\d+) {_WORD}\b|\b{_WORD}: +(\d+)")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Peer(NamedTuple):
    name: str
    # Its set of tools/setup, "" for the suite's own interpreter.
    environment: str
    # Words of the command; {bin} is the folder of programs of its environment, {python} the suite's interpreter,
    # {fastest} our coordinator.
    run: tuple
    # The same for a list of all tests; empty if it can't.
    collect: tuple = ()
    # A fresh cache for each run.
    cold: bool = False
    # The only suites on which it differs from the others; empty: any may be.
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
    """The counts of the summary at the end of a program's output, by outcome; empty if it has none."""
    counts = {}
    for line in _ESCAPES.sub("", text).splitlines()[-12:]:
        found = {}
        for number, word, other_word, other_number in _COUNT.findall(line):
            word = word or other_word
            found[_WORDS.get(word, word)] = int(number or other_number)
        # A line of counts each, or one line with all of them: the last one says it.
        if len(found) == 1 and not set(found) & set(counts):
            counts.update(found)
        elif found:
            counts = found
    return counts


def right_outcomes(counts, expected):
    """How many outcomes may be right at most, by their numbers: programs don't name tests as pytest does."""
    return sum(min(counts.get(outcome, 0), expected.get(outcome, 0)) for outcome in _OUTCOMES)


def right_ids(text, expected):
    """How many of pytest's ids are lines of the text."""
    lines = {line.strip() for line in _ESCAPES.sub("", text).splitlines()}
    return sum(1 for node_id in expected if node_id in lines)


def ids_in(text):
    """The ids that `pytest --collect-only -q` lists."""
    return [line for line in text.splitlines() if "::" in line and not line.startswith((" ", "="))]
