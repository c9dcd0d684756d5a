"""Checks the limits of ARCHITECTURE.md: the sizes of folders, files, functions and classes, and the columns.

    python3 tools/limits.py [FILE...]    default: every file that git knows or would add

Needs Universal Ctags for functions and classes. Prints everything that exceeds a limit, and then exits with 1.
"""

import collections
import json
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Dict, Iterable, List, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SUFFIXES = (".cc", ".h", ".proto", ".py", ".js", ".sh")
# Projects that tests run, texts of others, and documents.
NOT_OURS = ("tests/suites/", "tests/plugins/", "samples/", "third_party/stubs/", "deploy/", "docs/")
# Structs are counted here alone. A benchmark or a tool may have a long list of values.
PRODUCT = ("coordinator/", "agent/", "base/")
# In these files every line must be narrow. In other files only comments are checked, since formatters keep code narrow.
NARROW = (".proto", ".sh", ".bazel", ".bzl")


class Limits(NamedTuple):
    """The numbers by name, and for each the names of the exceptions."""

    numbers: Dict[str, int]
    exceptions: Dict[str, List[str]]

    def __getitem__(self, name):
        return self.numbers[name]


def read_limits(document: str) -> Limits:
    """Reads the block below the heading "## Limits"."""
    block = re.search(r"^## Limits\n.*?^```\n(.*?)^```", document, re.MULTILINE | re.DOTALL).group(1)
    limits = Limits({}, collections.defaultdict(list))
    name = ""
    for line in block.splitlines():
        exception = re.match(r" +except (\S+)", line)
        if exception:
            limits.exceptions[name].append(exception.group(1))
        elif line:
            name, number = re.match(r"(.*\S) +([\d,]+)$", line).groups()
            limits.numbers[name] = int(number.replace(",", ""))
    return limits


def is_test(path: str) -> bool:
    """Whether a file is a test or serves only tests."""
    return path.endswith("_test.cc") or path.startswith(("tests/", "runner_py/tests/")) or "/testing/" in path


def all_files(root: Path = ROOT) -> List[str]:
    """Our own files that git knows or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    return [path for path in listed if path and is_ours(path) and (root / path).is_file()]


def is_ours(path: str) -> bool:
    return not path.startswith(NOT_OURS) and "/testdata/" not in path


def is_source(path: str) -> bool:
    return path.endswith(SUFFIXES) or (path.startswith("tools/") and "." not in PurePosixPath(path).name)


def check_folders(paths: Iterable[str], limits: Limits) -> List[str]:
    """Names folders with too many sources or too many tests."""
    most = limits["source files in a folder"]
    counts = collections.Counter((str(PurePosixPath(path).parent), is_test(path)) for path in paths if is_source(path))
    return [
        f"{folder}/: {count} {'tests' if test else 'sources'}, {most} are allowed: divide the folder"
        for (folder, test), count in sorted(counts.items())
        if count > most
    ]


def check_files(paths: Iterable[str], limits: Limits, root: Path = ROOT) -> List[str]:
    """Names sources and rooms with too many lines."""
    messages = []
    rooms = {name[len("lines in ") :]: number for name, number in limits.numbers.items() if "/" in name}
    sums: Dict[str, int] = collections.Counter()
    for path in paths:
        if not is_source(path) or is_test(path):
            continue
        lines = len((root / path).read_text("utf-8").splitlines())
        most = limits["lines in a header" if path.endswith(".h") else "lines in a source file"]
        if lines > most:
            messages.append(f"{path}: {lines} lines, {most} are allowed")
        for room in rooms:
            if path.startswith(room + "/"):
                sums[room] += lines
    messages += [
        f"{room}/: {sums[room]} lines, {most} are allowed" for room, most in rooms.items() if sums[room] > most
    ]
    return messages


def check_code(tags: Iterable[dict], limits: Limits) -> List[str]:
    """Names functions, classes and structs that are too large."""
    messages = []
    members: Dict[tuple, int] = collections.Counter()
    for tag in tags:
        if tag.get("kind") in ("function", "method") and "end" in tag:
            lines, most = tag["end"] - tag["line"] + 1, limits["lines in a function"]
            if lines > most and tag["name"] not in limits.exceptions["lines in a function"]:
                messages.append(f"{tag['path']}:{tag['line']}: {tag['name']} has {lines} lines, {most} are allowed")
        # Constants (kName) are not data of an object.
        elif is_counted_member(tag) and not re.match("k[A-Z]", tag["name"]):
            members[tag["path"], tag["scopeKind"], tag["scope"]] += 1
    most = limits["data members of a class"]
    for (path, kind, scope), count in sorted(members.items()):
        name = scope.rpartition("::")[2]
        if count > most and name not in limits.exceptions["data members of a class"]:
            messages.append(f"{path}: {kind} {name} has {count} data members, {most} are allowed")
    return messages


def is_counted_member(tag: dict) -> bool:
    """Whether it is a data member of a class, or of a struct of the product itself."""
    kind = tag.get("scopeKind") if tag.get("kind") == "member" else None
    return kind == "class" or (kind == "struct" and tag["path"].startswith(PRODUCT))


def read_tags(paths: Iterable[str], root: Path = ROOT) -> List[dict]:
    """ctags' functions and data members of the C++ and Python sources among `paths`."""
    chosen = [path for path in paths if path.endswith((".cc", ".h", ".py")) and not is_test(path)]
    if not chosen:
        return []
    command = ["ctags", "--languages=C++,Python", "--c++-kinds=mf", "--python-kinds=fm", "--fields=+neKsZ"]
    command += ["--output-format=json", "-f", "-", *chosen]
    lines = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.splitlines()
    return [tag for tag in map(json.loads, lines) if tag.get("_type") == "tag"]


def check_columns(paths: Iterable[str], limits: Limits, root: Path = ROOT) -> List[str]:
    """Names comments that are too wide, and in some files all such lines. A line with an address may be wide."""
    most = limits["columns in a line"]
    messages = []
    for path in paths:
        if not (is_source(path) or path.endswith(NARROW)) or path.endswith(".js"):
            continue
        slashes = path.endswith((".cc", ".h", ".proto"))
        comment = re.compile(r"^\s*//|;\s+//|[{,]\s+//" if slashes else r"^\s*#")
        for number, line in enumerate((root / path).read_text("utf-8").splitlines(), 1):
            if len(line) > most and "://" not in line and (path.endswith(NARROW) or comment.search(line)):
                messages.append(f"{path}:{number}: {len(line)} columns, {most} are allowed")
    return messages


def main(arguments: List[str]) -> int:
    limits = read_limits((ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    everything = all_files()
    paths = [path for path in arguments if is_ours(path) and (ROOT / path).is_file()] if arguments else everything
    messages = check_folders(everything, limits) + check_files(paths, limits)
    messages += check_code(read_tags(paths), limits) + check_columns(paths, limits)
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
