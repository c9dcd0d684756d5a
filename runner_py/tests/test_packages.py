"""The packages of fastest_runner import each other only in the order of the package's docstring."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Iterator

import fastest_runner
import graphlib

ROOT = Path(fastest_runner.__file__).parent
# From the lowest package up. A package imports only from packages before it.
ORDER = re.findall(r"^(\w+) {2,}\S", fastest_runner.__doc__ or "", re.MULTILINE)


def modules() -> dict[str, Path]:
    """Returns files by module name below the root: "wire.frames", "wire" for a package, and "" for the root."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_by(name: str, path: Path) -> Iterator[str]:
    """Yields those of our modules that a module imports anywhere in its text."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith(ROOT.name) for alias in node.names), f"{name} imports us by our name"
        elif isinstance(node, ast.ImportFrom):
            assert node.level or not (node.module or "").startswith(ROOT.name), f"{name} imports us by our name"
            if node.level:
                above = [] if not package else package.split(".")
                base = ".".join([*above[: len(above) + 1 - node.level], *filter(None, [node.module])])
                for alias in node.names:
                    member = f"{base}.{alias.name}".lstrip(".")
                    yield member if member in modules() else base


def imports() -> dict[str, set[str]]:
    return {name: set(imported_by(name, path)) for name, path in modules().items()}


def test_the_docstring_names_every_package():
    assert sorted(ORDER) == sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


def test_every_arrow_goes_the_way_that_is_written_down():
    wrong = []
    for name, others in imports().items():
        package = name.partition(".")[0]
        if package not in ORDER:
            # The root's own modules are above all packages.
            continue
        allowed = {"", *ORDER[: ORDER.index(package) + 1]}
        wrong += [f"{name} imports {other}" for other in others if other.partition(".")[0] not in allowed]
    assert wrong == []


def test_the_root_imports_nothing():
    assert imports()[""] == set()


def test_there_is_no_circle_of_modules():
    # A package's __init__.py offers what its modules define. The modules may use each other directly.
    graph = {name: {other for other in others if other not in ORDER} for name, others in imports().items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(modules())


def test_the_graph_is_seen():
    found = imports()
    assert "wire.frames" in found["process.zygote"]
    # This import is within a function.
    assert "direct" in found["process.zygote"]
    assert "process.zygote" in found["worker"]
    assert "" in found["process.freshness"]
