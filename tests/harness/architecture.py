"""ARCHITECTURE.md, compared with the folders, the code and Bazel's graph.

Each comparison returns a list of messages. A message names the line to add, to drop or to change.
"""

import ast
import collections
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Dict, List, NamedTuple, Set

DOCUMENT = "ARCHITECTURE.md"
SOURCE = (".cc", ".h", ".proto", ".py", ".sh", ".js", ".sbatch", "BUILD.bazel")
RUNNER = "runner_py/fastest_runner"
_INCLUDE = re.compile(r'^ *#include "([^"]+)/[^"/]+"', re.MULTILINE)


class Owner(NamedTuple):
    """The places that may touch something. `words` find it in the code. A place is a room or a file."""

    name: str
    words: List[str]
    places: List[str]


class Decision(NamedTuple):
    """Where something is decided: a function in a file."""

    question: str
    file: str
    function: str


class Document(NamedTuple):
    """What ARCHITECTURE.md says."""

    folders: List[str]
    decisions: List[Decision]
    # Maps each room to the rooms that it may include. Rooms are in the document's order, from top to bottom.
    arrows: Dict[str, List[str]]
    # Maps each room to further rooms that its tests may include.
    test_arrows: Dict[str, List[str]]
    owners: List[Owner]


class Target(NamedTuple):
    """A rule of a BUILD file."""

    label: str
    test: bool
    # Our own C++ sources and headers.
    files: List[str]
    deps: List[str]

    @property
    def room(self):
        return _room_of(self.label)


def read(text: str) -> Document:
    """Reads the document. Short names are completed. A line that cannot be read is an error."""
    sections = _sections(text, "## ")
    folders = [line.split()[0] for line in _blocks(sections["The map"]).splitlines() if line]
    decisions = [
        Decision(*re.split(r"\s{2,}|\s(?=\S+$)", line.strip()))
        for line in _blocks(sections["Where is decided"]).splitlines()
    ]
    rooms = {folder.rstrip("/") for folder in folders}
    arrows: Dict[str, List[str]] = {}
    tests: Dict[str, List[str]] = {}
    for title, part in _sections(sections["The arrows"], "### ").items():
        # A title such as "`coordinator/`" is the folder of the short names below it.
        prefix = title.strip("`/") if title.startswith("`") else ""
        lines = tests if title == "Tests" else arrows
        for left, right in _arrow_lines(_blocks(part)):
            room = _whole(left, prefix, rooms)
            assert room not in lines, f"{DOCUMENT}: {room} has two lines"
            lines[room] = [_whole(name, prefix, rooms) for name in right if name != "nothing"]
    owners = []
    for left, right in _arrow_lines(_blocks(sections["Who may touch what"])):
        name, words = re.split(r"\s{2,}", left, maxsplit=1)
        owners.append(Owner(name, words.split(), right))
    return Document(folders, decisions, arrows, tests, owners)


def _sections(text, mark):
    """Maps each title to the text below it."""
    parts = re.split(f"^{mark}", text, flags=re.MULTILINE)[1:]
    return {title.strip(): rest for title, _, rest in (part.partition("\n") for part in parts)}


def _blocks(text):
    return "".join(re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def _arrow_lines(text):
    """Yields the text left of "->" and the words right of it. A line continues if the next begins with a space."""
    for line in re.sub(r"\n +", " ", text).splitlines():
        if line:
            left, arrow, right = line.partition("->")
            assert arrow, f"{DOCUMENT}: a line without an arrow: {line}"
            yield left.strip(), right.split()


def _whole(name, prefix, rooms):
    """The full folder name of a short name."""
    if name == "main":
        return prefix
    inner = f"{prefix}/{name}"
    return inner if inner in rooms else name


def compare_decisions(document: Document, root: Path) -> List[str]:
    """Messages about functions that are not defined where the document says."""
    messages = []
    for decision in document.decisions:
        path = root / decision.file
        defined = r"(?:::|\s|^)" + re.escape(decision.function) + r"\("
        if not path.is_file():
            messages.append(f"{decision.question}: there is no {decision.file}")
        elif not re.search(defined, path.read_text("utf-8"), re.MULTILINE):
            messages.append(f"{decision.question}: {decision.file} has no function {decision.function}")
    return messages


def source_folders(root: Path) -> Set[str]:
    """Every folder with source, each with a slash at its end."""
    found = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith((".", "bazel-")) and name != "__pycache__"]
        place = Path(folder).relative_to(root).as_posix()
        if place != "." and any(name.endswith(SOURCE) for name in files):
            found.add(place + "/")
    return found


def query_bazel(root: Path) -> List[Target]:
    """The targets of all BUILD files. Waits until a build in this folder has ended."""
    command = [
        os.environ.get("BAZEL", "/usr/bin/bazel"),
        "query",
        "--noimplicit_deps",
        "--output=xml",
        "kind(rule, //...)",
    ]
    done = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return read_query(done.stdout)


def read_query(text: str) -> List[Target]:
    """The targets in what `bazel query --output=xml` printed."""
    targets = []
    for rule in ElementTree.fromstring(text).iter("rule"):
        if not rule.get("name").startswith("//third_party"):
            files = [label[2:].replace(":", "/") for name in ("srcs", "hdrs") for label in _labels(rule, name)]
            files = [file for file in files if file.endswith((".cc", ".h"))]
            deps = [label for label in _labels(rule, "deps") if label.startswith("//")]
            targets.append(Target(rule.get("name"), rule.get("class").endswith("_test"), files, deps))
    return targets


def _labels(rule, attribute):
    return [label.get("value") for label in rule.findall(f"list[@name='{attribute}']/label")]


def _room_of(label):
    return label[2:].partition(":")[0]


def python_packages(root: Path) -> Dict[str, Dict[str, str]]:
    """Maps each package of the runner to the packages that it imports, each with the file of the import."""
    rooms: Dict[str, Dict[str, str]] = {}
    for file in sorted((root / RUNNER).rglob("*.py")):
        path = file.relative_to(root).as_posix()
        room = path.rpartition("/")[0]
        imports = rooms.setdefault(room, {})
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = "/".join(room.split("/")[: len(room.split("/")) - node.level + 1])
                base = "/".join([base, *(node.module or "").split(".")]).rstrip("/")
                for name in [base, *(f"{base}/{alias.name}" for alias in node.names)]:
                    # A module counts for its package. Everyone may use what fastest_runner/__init__.py defines.
                    module = (root / f"{name}.py").exists()
                    package = name.rpartition("/")[0] if module else name
                    if package != room and (module or ((root / name).is_dir() and name != RUNNER)):
                        imports.setdefault(package, path)
    return rooms


def compare_map(document: Document, present: Set[str]) -> List[str]:
    """Compares the map with the folders."""
    messages = []
    wide = tuple(folder[: -len("...")] for folder in document.folders if folder.endswith("/..."))
    named = {folder for folder in document.folders if not folder.endswith("...")}
    for folder in sorted(present - named):
        if not folder.startswith(wide):
            messages.append(f"add to the map: {folder}   (and what it is for)")
    for folder in sorted(named - present):
        messages.append(f"drop from the map: {folder}   (it holds no source)")
    for folder in wide:
        if not any(place.startswith(folder) for place in present):
            messages.append(f"drop from the map: {folder}...   (it holds no source)")
    for folder, count in collections.Counter(document.folders).items():
        if count > 1:
            messages.append(f"on the map twice: {folder}")
    return messages


def graph_of(targets: List[Target], test: bool) -> Dict[str, Dict[str, str]]:
    """Maps each room to the rooms that its targets depend on, each with the first dependency as a text."""
    rooms: Dict[str, Dict[str, str]] = {}
    for target in targets:
        if target.files and not test:
            rooms.setdefault(target.room, {})
        if target.test == test:
            for label in target.deps:
                if _room_of(label) != target.room and not label.startswith("//third_party"):
                    rooms.setdefault(target.room, {}).setdefault(_room_of(label), f"{target.label} depends on {label}")
    return rooms


def compare_arrows(declared: Dict[str, List[str]], actual: Dict[str, Dict[str, str]], short: bool = True) -> List[str]:
    """Compares the arrows with the graph. A message ends with the correct line."""
    messages = []
    for room, uses in sorted(actual.items()):
        known = declared.get(room, [])
        line = [name for name in known if name in uses] + sorted(set(uses) - set(known))
        names = [_short(name, room) for name in [room, *line]] if short else [room, *line]
        line = f"{names[0]} -> {' '.join(names[1:]) or 'nothing'}"
        if room not in declared:
            messages.append(f"{room}: has no line. Write: {line}")
            continue
        for other in sorted(set(uses) - set(known)):
            messages.append(f"{room}: {uses[other]}. Take this dependency away, or write: {line}")
        for other in sorted(set(known) - set(uses)):
            messages.append(f"{room}: nothing depends on {other}. Write: {line}")
    for room in sorted(set(declared) - set(actual)):
        messages.append(f"{room}: there is no such room. Drop its line")
    return messages


def _short(name, room):
    """The spelling of `name` in the line of `room`."""
    program = next((folder for folder in ("coordinator", RUNNER) if f"{room}/".startswith(f"{folder}/")), "")
    if name == room and room in ("agent", program):
        return "main"
    return name[len(program) + 1 :] if program and name.startswith(f"{program}/") else name


def test_arrows_of(document: Document, targets: List[Target]) -> Dict[str, Dict[str, str]]:
    """The dependencies of tests on rooms that their own room may not include."""
    rooms = {}
    for room, uses in graph_of(targets, test=True).items():
        extra = {other: why for other, why in uses.items() if other not in document.arrows.get(room, [])}
        if extra:
            rooms[room] = extra
    return rooms


def compare_order(arrows: Dict[str, List[str]]) -> List[str]:
    """Checks that there is no circle, and that arrows go down within a program."""
    place = {room: number for number, room in enumerate(arrows)}
    messages = []
    circles = set()
    for room, others in arrows.items():
        for other in others:
            way = _way(arrows, other, room)
            if way and frozenset(way) not in circles:
                circles.add(frozenset(way))
                messages.append(f"a circle: {' -> '.join([room, *way])}")
            elif not way and place.get(other, len(place)) < place[room] and _program(other) == _program(room):
                messages.append(f"put the line of {room} above the line of {other}: arrows go down")
    return messages


def _program(room):
    return room.partition("/")[0]


def _way(arrows, start, end):
    """The rooms on the shortest way from `start` to `end`, with both. None if there is no way."""
    ways = collections.deque([[start]])
    seen = {start}
    while ways:
        way = ways.popleft()
        if way[-1] == end:
            return way
        for other in arrows.get(way[-1], []):
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None


def compare_includes(targets: List[Target], root: Path) -> List[str]:
    """Compares the BUILD files with the includes of the sources, room by room."""
    rooms = {target.room for target in targets}
    included = collections.defaultdict(set)
    listed = collections.defaultdict(dict)
    messages = []
    for target in targets:
        deps = {_room_of(label): label for label in target.deps}
        for file in target.files:
            # A missing file is a generated one.
            text = (root / file).read_text("utf-8") if (root / file).exists() else ""
            for room in (set(_INCLUDE.findall(text)) & rooms) - {target.room}:
                included[target.room].add(room)
                if room not in deps:
                    messages.append(f"add a target of //{room} to deps of {target.label}: {file} includes {room}/")
        # A test may need a dependency for a header that it includes through another header.
        if not target.test:
            listed[target.room].update(deps)
    for room, deps in listed.items():
        for other in (set(deps) & rooms) - included[room] - {room}:
            messages.append(f"drop {deps[other]} from {room}/BUILD.bazel: no file of {room} includes {other}/")
    return sorted(messages)


def compare_programs(targets: List[Target]) -> List[str]:
    """Checks that coordinator and agent do not depend on each other, nor do their tests."""
    messages = []
    for target in targets:
        for label in target.deps:
            programs = {_program(target.room), _program(_room_of(label))}
            if programs == {"coordinator", "agent"}:
                messages.append(f"{target.label} depends on {label}: coordinator and agent only share base and proto")
    return messages


def compare_owners(document: Document, targets: List[Target], root: Path) -> List[str]:
    """Compares the places that touch something with those that may."""
    messages = []
    for owner in document.owners:
        used = set()
        for target in targets:
            if target.test:
                continue
            touched = [(f"//{target.room}", word) for word in owner.words if word in target.deps]
            touched += [(file, word) for file in target.files for word in owner.words if _has(root / file, word)]
            for place, word in touched:
                allowed = [name for name in owner.places if name in (target.room, place)]
                used.update(allowed)
                if not allowed:
                    messages.append(f"{owner.name}: {place} may not touch {word} (or add {target.room} to the line)")
        for place in owner.places:
            if place not in used:
                messages.append(f"{owner.name}: drop {place} from the line, which does not touch it")
    return messages


def _has(path, word):
    """Whether the file includes the header "<…", or calls the function "…(" or one whose name begins with "…_"."""
    if word.startswith("//") or not path.exists():
        return False
    text = path.read_text("utf-8")
    if word.startswith("<"):
        return re.search(rf'^ *#include [<"]{re.escape(word[1:].rstrip(">"))}', text, re.MULTILINE) is not None
    if word.endswith("("):
        return re.search(rf"(?<![\w.>]){re.escape(word)}", text) is not None
    return re.search(rf"\b{re.escape(word)}\w+\(", text) is not None
