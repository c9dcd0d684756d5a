"""The options of the programs: the coordinator's from its own table, the agent's from its help."""

from __future__ import annotations

import json
import re
import subprocess
from typing import NamedTuple

from contents import ROOT

# Words that the table has no list of.
_WORDS = {
    "--capture": "fd sys no tee-sys",
    "--code-highlight": "yes no",
    "--color": "yes no auto",
    "--engine": "auto pytest direct native",
    "--import-mode": "prepend append importlib",
    "--order": "free pytest",
    "--preload": "none auto",
    "--show-capture": "no stdout stderr log all",
    "--tb": "auto long short line native no",
    "--workers": "auto 1 2 4 8",
}
_FILES = ("EVENTS", "FILE", "PATH", "STORE")


class Flag(NamedTuple):
    names: list[str]
    # What the help calls the value; empty for an option without one.
    value: str
    # The value stands in the next word. False: only behind "=", or there is none.
    takes_next: bool
    group: str
    help: str

    @property
    def words(self) -> list[str]:
        """What the value can be, if that is known."""
        if not self.value:
            return []
        known = _WORDS.get(self.names[-1])
        if known:
            return known.split()
        return self.value.split("|") if re.fullmatch(r"[a-z]+(\|[a-z]+)*", self.value) else []

    @property
    def kind(self) -> str:
        """What the value is: "word", "file", "folder", "test", "other", or "" without one."""
        if self.words:
            return "word"
        kinds = {**dict.fromkeys(_FILES, "file"), "DIR": "folder", "NODEID": "test", "NODEID_PREFIX": "test", "": ""}
        return kinds.get(self.value, "other")


def coordinators() -> list[Flag]:
    table = json.loads(_output(ROOT / "bazel-bin/coordinator/options/print_flags"))
    return [
        Flag(row["names"], row.get("value") or "", row["arity"] in ("value", "values"), row["group"], row["help"])
        for row in table
    ]


def agents() -> list[Flag]:
    flags, lines = [], _output(ROOT / "bazel-bin/agent/fastest-agent", "--help").splitlines()
    for line, following in zip(lines, [*lines[1:], ""]):
        if not line.startswith("  -"):
            continue
        left, _, text = line.strip().partition("  ")
        names, _, value = re.sub(r" (Excludes|Needs):.*", "", left).partition(" ")
        value = value.replace("DIR:DIR", "DIR")
        text = text if text and "Excludes:" not in line else following
        flags.append(Flag(names.split(","), value, bool(value), "Options", text.strip()))
    return flags


def _output(*words: object) -> str:
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout
