"""A made-up project: its files, settings and arguments, in pieces that can be left out one by one."""

from __future__ import annotations

import json
import random
import re
import textwrap
from dataclasses import dataclass, field, replace
from pathlib import Path

# What a piece says of the whole project:
# - roles: the project asks whether it is a controller or a worker. With several workers pytest-xdist decides.
# - alone: with several workers the verdict depends on the distribution. Only one worker is compared.
# - stops: which tests run depends on the distribution. With several workers only the exit code is compared.
ROLES, ALONE, STOPS = "roles", "alone", "stops"

# Names of settings with several values in pytest, and what separates the values.
_LISTS = ("markers", "filterwarnings", "usefixtures", "python_files", "python_functions", "python_classes")
_LISTS += ("norecursedirs", "testpaths", "addopts", "pythonpath")

_NOTE = '''
import os
def note(*words):
    """Adds a line to a file that pytest and Fastest leave in the same way."""
    file = os.open(os.path.join({root}, "log.txt"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, (" ".join(map(str, words)) + "\\n").encode("utf-8", "backslashreplace"))
    os.close(file)
'''


@dataclass(frozen=True)
class Piece:
    """A part of a project. `kind` is code (of the file `place`), data (the whole file), ini (a setting) or arg."""

    feature: str
    kind: str
    place: str
    text: str
    traits: frozenset = frozenset()


@dataclass(frozen=True)
class Project:
    """All pieces, in their order."""

    seed: int
    ini_file: str
    pieces: tuple = ()

    @property
    def traits(self):
        return frozenset().union(*(piece.traits for piece in self.pieces))

    @property
    def features(self):
        """The names of features, each once, in the order of the pieces."""
        return list(dict.fromkeys(piece.feature for piece in self.pieces))

    @property
    def args(self):
        return [word for piece in self.pieces if piece.kind == "arg" for word in piece.text.split("\0")]

    def files(self):
        """Maps the path of each file to its text."""
        texts: dict = {}
        for piece in self.pieces:
            if piece.kind in ("code", "data"):
                texts.setdefault(piece.place, []).append(piece.text)
        files = {place: "\n".join(parts) for place, parts in texts.items()}
        settings: dict = {}
        for piece in self.pieces:
            if piece.kind == "ini":
                settings.setdefault(piece.place, []).append(piece.text)
        if settings:
            files[self.ini_file] = _ini(self.ini_file, settings)
        return files

    def write(self, folder):
        for place, text in self.files().items():
            path = Path(folder) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def without(self, dropped):
        """The project without the pieces for which `dropped` is true."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if not dropped(piece)))

    def with_text(self, number, text):
        """The project with another text of one piece."""
        pieces = list(self.pieces)
        pieces[number] = replace(pieces[number], text=text)
        return replace(self, pieces=tuple(pieces))

    def describe(self):
        """All that a reader needs to try the project, as text."""
        words = [f"seed {self.seed}: {', '.join(self.features)}"]
        words += [f"arguments: {' '.join(self.args) or 'none'}", f"traits: {', '.join(sorted(self.traits)) or 'none'}"]
        for place, text in sorted(self.files().items()):
            words += [f"--- {place}", text.strip("\n")]
        return "\n".join(words) + "\n"


def _ini(name, settings):
    if name == "pyproject.toml":
        lines = ["[tool.pytest.ini_options]"]
        for key, values in settings.items():
            value = values if key in _LISTS and key != "addopts" else " ".join(values)
            lines.append(f"{key} = {json.dumps(value)}")
        return "\n".join(lines) + "\n"
    lines = ["[tool:pytest]" if name == "setup.cfg" else "[pytest]"]
    for key, values in settings.items():
        if key in _LISTS and len(values) > 1:
            lines += [f"{key} =", *(f"    {value}" for value in values)]
        else:
            lines.append(f"{key} = {values[-1]}")
    return "\n".join(lines) + "\n"


@dataclass
class Draft:
    """A project while it is made. Features add their pieces to it."""

    rng: random.Random
    modules: list = field(default_factory=list)
    pieces: list = field(default_factory=list)
    feature: str = ""
    traits: frozenset = frozenset()
    _numbers: int = 0
    # Hooks by file. A Python file has each hook once.
    _hooks: dict = field(default_factory=dict)
    _noting: set = field(default_factory=set)
    _settings: set = field(default_factory=set)

    def number(self):
        """A number that no other piece has, for names."""
        self._numbers += 1
        return self._numbers

    def module(self):
        return self.rng.choice(self.modules)

    def some_modules(self, least=1):
        """Several modules, in pytest's order of collection as far as the names tell."""
        count = self.rng.randint(min(least, len(self.modules)), len(self.modules))
        return sorted(self.rng.sample(self.modules, count), key=self.modules.index)

    def odds(self, share):
        return self.rng.random() < share

    def code(self, place, text, traits=()):
        """Adds code to a file. Code that notes something gets the function `note`."""
        text = textwrap.dedent(text).strip("\n") + "\n"
        if "note(" in text and place not in self._noting:
            self._noting.add(place)
            folder = "os.path.abspath(__file__)"
            for _ in range(place.count("/") + 1):
                folder = f"os.path.dirname({folder})"
            self._add("support", "code", place, _NOTE.format(root=folder).lstrip("\n"), ())
        self._add(self.feature, "code", place, text, traits)

    def data(self, place, text):
        self._add(self.feature, "data", place, text, ())

    def support(self, name, text):
        """A module that the tests can import: pytest puts the folder of the root's conftest on sys.path."""
        self.root_conftest()
        self.code(f"{name}.py", text)

    def root_conftest(self):
        if "conftest.py" not in {piece.place for piece in self.pieces}:
            self._add("support", "code", "conftest.py", "import pytest\n", ())

    def hooks(self, text, traits=(), places=("conftest.py",)):
        """Adds hooks to a file of `places`, or to a plugin where all of these files have such a hook."""
        text = textwrap.dedent(text).strip("\n") + "\n"
        names = set(re.findall(r"^def (pytest_\w+)\(", text, re.MULTILINE)) | set(
            re.findall(r"^(pytest_plugins) =", text, re.MULTILINE)
        )
        place = self.rng.choice(list(places))
        if place == "plugin" or names & self._hooks.get(place, set()):
            place = self.plugin()
        self._hooks.setdefault(place, set()).update(names)
        self.code(place, text, traits)
        return place

    def plugin(self):
        """A new plugin module, switched on by an option or by the root's conftest."""
        name = f"plug_{self.number()}"
        if self.odds(0.5) or "pytest_plugins" in self._hooks.get("conftest.py", set()):
            self.ini("addopts", f"-p {name}")
            self.ini("pythonpath", ".")
        else:
            self._hooks.setdefault("conftest.py", set()).add("pytest_plugins")
            self.code("conftest.py", f"pytest_plugins = [{name!r}]")
        self.code(f"{name}.py", "import os, pytest")
        return f"{name}.py"

    def ini(self, key, value, traits=()):
        """Adds a setting. A setting with one value keeps its first."""
        if (key, value) in self._settings or (key not in _LISTS and key in {name for name, _ in self._settings}):
            return
        self._settings.add((key, value))
        self._add(self.feature, "ini", key, value, traits)

    def arg(self, *words, traits=()):
        self._add(self.feature, "arg", "", "\0".join(words), traits)

    def _add(self, feature, kind, place, text, traits):
        self.pieces.append(Piece(feature, kind, place, text, frozenset(traits) | self.traits))
